import {
  type IChartApi,
  type ISeriesApi,
  LineSeries,
  LineStyle,
  type UTCTimestamp,
} from 'lightweight-charts';
import { Band, type BandPoint } from './band.ts';
import type { Prediction } from './records.ts';
import { seconds } from './records.ts';
import type { Colours } from './theme.ts';
import { WindowRows } from './windowRows.ts';

interface Point {
  readonly time: UTCTimestamp;
  readonly value: number;
}

type Target = Point & { readonly lower?: number; readonly upper?: number };

/** Predictions on a chart of candles: those ahead with their interval, and what was predicted of each window that is there. */
export class PredictionSeries {
  /** What was predicted, of one horizon. */
  readonly rows = new WindowRows<Prediction>();
  readonly #window: number;
  readonly #ahead: ISeriesApi<'Line'>;
  readonly #past: ISeriesApi<'Line'>;
  readonly #aheadBand: Band;
  readonly #pastBand: Band;
  readonly #latest = new Map<number, Prediction>();
  #drawn = 0;

  constructor(chart: IChartApi, { accent, band }: Colours, windowSeconds: number) {
    this.#window = windowSeconds;
    const quiet = {
      priceLineVisible: false,
      lastValueVisible: false,
      crosshairMarkerVisible: false,
    } as const;
    this.#past = chart.addSeries(LineSeries, { ...quiet, lineWidth: 1 });
    this.#ahead = chart.addSeries(LineSeries, { ...quiet, lineWidth: 2, lineStyle: LineStyle.Solid });
    this.#ahead.applyOptions({ pointMarkersVisible: true, pointMarkersRadius: 3 });
    [this.#aheadBand, this.#pastBand] = [new Band(band, { scales: true }), new Band(band, { scales: false })];
    this.#ahead.attachPrimitive(this.#aheadBand);
    this.#past.attachPrimitive(this.#pastBand);
    this.recolour({ accent, band });
  }

  recolour({ accent, band }: Pick<Colours, 'accent' | 'band'>): void {
    this.#ahead.applyOptions({ color: accent });
    this.#past.applyOptions({ color: `${accent}b3` });
    this.#aheadBand.colour(band);
    this.#pastBand.colour(faint(band));
  }

  /** Draws what was predicted of the windows from the first candle through the last. */
  draw(from: number, through: number): void {
    const points = this.#pointsOf(this.rows.inOrder).filter(({ time }) => time >= from && time <= through);
    this.#drawn = points.length;
    this.#past.setData(points.map(({ time, value }) => ({ time, value })));
    this.#pastBand.show(points.filter(isBand));
  }

  /** The newest prediction of each horizon: a line from the close that the newest was made from, and the intervals. */
  ahead(predictions: readonly Prediction[]): void {
    for (const one of predictions) {
      const known = this.#latest.get(one.horizon_minutes);
      if (!known || known.window_start <= one.window_start) this.#latest.set(one.horizon_minutes, one);
    }
    const [newest] = [...this.#latest.values()].sort((a, b) => b.window_start.localeCompare(a.window_start));
    if (newest === undefined || newest.base_price === null) return;
    const [time, base] = [this.#windowOf(seconds(newest.window_start)), Number(newest.base_price)];
    const first: Target = { time, value: base, lower: base, upper: base };
    const points = [first, ...this.#pointsOf([...this.#latest.values()]).filter((one) => one.time > time)];
    this.#ahead.setData(this.#spaced(points));
    this.#aheadBand.show(points.filter(isBand));
  }

  /** How many windows a prediction is drawn of. */
  get drawn(): number {
    return this.#drawn;
  }

  /** The furthest prediction ahead, in short: when and what. */
  get furthest(): string {
    const last = this.#pointsOf([...this.#latest.values()]).at(-1);
    return last === undefined ? '' : `${new Date(last.time * 1_000).toISOString()} ${last.value}`;
  }

  /** How many windows ahead the furthest prediction lies. */
  windowsAhead(last: number): number {
    const targets = [...this.#latest.values()].map((one) => this.#target(one));
    return Math.max(0, ...targets.map((target) => (target - last) / this.#window));
  }

  /** The window whose close is predicted: the last one of the minutes that the horizon counts. */
  #target({ window_start, horizon_minutes }: Prediction): UTCTimestamp {
    return this.#windowOf(seconds(window_start) + horizon_minutes * 60);
  }

  #windowOf(time: number): UTCTimestamp {
    return (time - (time % this.#window)) as UTCTimestamp;
  }

  /** One point a window, in order; where several predict it, the last one. */
  #pointsOf(predictions: readonly Prediction[]): Target[] {
    const byTime = new Map<number, Target>();
    for (const one of predictions) {
      if (one.predicted_price === null) continue;
      const time = this.#target(one);
      const interval =
        one.lower_price === null || one.upper_price === null
          ? {}
          : { lower: Number(one.lower_price), upper: Number(one.upper_price) };
      byTime.set(time, { time, value: Number(one.predicted_price), ...interval });
    }
    return [...byTime.values()].sort((a, b) => a.time - b.time);
  }

  /** With the empty windows in between: the time axis has a place only for times that it was told. */
  #spaced(points: readonly Point[]): (Point | { readonly time: UTCTimestamp })[] {
    const [from, to] = [points.at(0)?.time ?? 0, points.at(-1)?.time ?? -1];
    const values = new Map(points.map(({ time, value }) => [time, value]));
    const spaced: (Point | { time: UTCTimestamp })[] = [];
    for (let at = from; at <= to; at += this.#window) {
      const time = at as UTCTimestamp;
      const value = values.get(time);
      spaced.push(value === undefined ? { time } : { time, value });
    }
    return spaced;
  }
}

/** The same colour, half as strong. */
function faint(colour: string): string {
  const strength = Math.round(Number.parseInt(colour.slice(7, 9), 16) / 2);
  return colour.slice(0, 7) + strength.toString(16).padStart(2, '0');
}

function isBand(point: Target): point is Target & BandPoint {
  return point.lower !== undefined && point.upper !== undefined;
}
