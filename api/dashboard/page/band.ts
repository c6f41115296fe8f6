import type {
  AutoscaleInfo,
  IChartApi,
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesApi,
  ISeriesPrimitive,
  SeriesAttachedParameter,
  SeriesType,
  Time,
  UTCTimestamp,
} from 'lightweight-charts';

/** Where an interval lies at a time. */
export interface BandPoint {
  readonly time: UTCTimestamp;
  readonly lower: number;
  readonly upper: number;
}

type Target = Parameters<IPrimitivePaneRenderer['draw']>[0];

/** An area between two lines, behind the candles: the interval of predictions. */
export class Band implements ISeriesPrimitive<Time> {
  #points: readonly BandPoint[] = [];
  #colour: string;
  #chart: IChartApi | null = null;
  #series: ISeriesApi<SeriesType> | null = null;
  #redraw: () => void = () => {};
  readonly #scales: boolean;
  readonly #view: IPrimitivePaneView = {
    zOrder: () => 'bottom',
    renderer: () => ({ draw: (target) => this.#draw(target) }),
  };

  /** With `scales` the price axis makes room for what of it is in view. */
  constructor(colour: string, { scales }: { readonly scales: boolean }) {
    this.#colour = colour;
    this.#scales = scales;
  }

  autoscaleInfo(): AutoscaleInfo | null {
    const range = this.#chart?.timeScale().getVisibleRange();
    if (!this.#scales || range == null) return null;
    const seen = this.#points.filter(({ time }) => time >= Number(range.from) && time <= Number(range.to));
    if (seen.length === 0) return null;
    const minValue = Math.min(...seen.map(({ lower }) => lower));
    const maxValue = Math.max(...seen.map(({ upper }) => upper));
    return { priceRange: { minValue, maxValue } };
  }

  attached({ chart, series, requestUpdate }: SeriesAttachedParameter<Time>): void {
    // With times as they are, the general chart is the usual one.
    this.#chart = chart as IChartApi;
    this.#series = series;
    this.#redraw = requestUpdate;
  }

  detached(): void {
    this.#chart = null;
    this.#series = null;
    this.#redraw = () => {};
  }

  show(points: readonly BandPoint[]): void {
    this.#points = points;
    this.#redraw();
  }

  colour(colour: string): void {
    this.#colour = colour;
    this.#redraw();
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return [this.#view];
  }

  #draw(target: Target): void {
    const [chart, series] = [this.#chart, this.#series];
    if (!chart || !series) return;
    const corners = this.#points.flatMap(({ time, lower, upper }) => {
      const x = chart.timeScale().timeToCoordinate(time);
      const [top, bottom] = [series.priceToCoordinate(upper), series.priceToCoordinate(lower)];
      return x === null || top === null || bottom === null ? [] : [{ x, top, bottom }];
    });
    if (corners.length < 2) return;
    target.useMediaCoordinateSpace(({ context }) => {
      context.beginPath();
      for (const { x, top } of corners) context.lineTo(x, top);
      for (const { x, bottom } of corners.toReversed()) context.lineTo(x, bottom);
      context.closePath();
      context.fillStyle = this.#colour;
      context.fill();
    });
  }
}
