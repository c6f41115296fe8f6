import {
  CandlestickSeries,
  createSeriesMarkers,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import { type Candle, seconds } from './records.ts';
import type { Colours } from './theme.ts';

/** Candles with their volume below, and marks at them. */
export class CandleSeries {
  readonly series: ISeriesApi<'Candlestick'>;
  readonly #volume: ISeriesApi<'Histogram'>;
  readonly #marks: { setMarkers(markers: SeriesMarker<Time>[]): void };
  #rows = new Map<number, Candle>();
  #colours: Colours;

  constructor(chart: IChartApi, colours: Colours) {
    this.#colours = colours;
    this.series = chart.addSeries(CandlestickSeries, { ...look(colours), priceLineVisible: true });
    this.series.priceScale().applyOptions({ scaleMargins: { top: 0.08, bottom: 0.22 } });
    this.#volume = chart.addSeries(HistogramSeries, {
      ...{ priceScaleId: 'volume', priceFormat: { type: 'volume' } },
      ...{ lastValueVisible: false, priceLineVisible: false },
    });
    this.#volume.priceScale().applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
    this.#marks = createSeriesMarkers<Time>(this.series, []);
  }

  /** Candles in the order of time. */
  get rows(): readonly Candle[] {
    return [...this.#rows.entries()].sort(([a], [b]) => a - b).map(([, row]) => row);
  }

  /** The candle of a window. */
  at(time: number): Candle | undefined {
    return this.#rows.get(time);
  }

  get size(): number {
    return this.#rows.size;
  }

  /** Adds candles in any order; rows that are newer than what is known replace it. */
  add(rows: readonly Candle[], { replace }: { readonly replace: boolean }): void {
    for (const row of rows) {
      const time = seconds(row.window_start);
      if (replace || !this.#rows.has(time)) this.#rows.set(time, row);
    }
    this.draw();
  }

  remove(windows: readonly string[]): void {
    for (const window of windows) this.#rows.delete(seconds(window));
    this.draw();
  }

  /** Sends what changed to the chart; a change of the last candle is drawn alone. */
  update(rows: readonly Candle[]): void {
    const newest = Math.max(0, ...this.#rows.keys());
    const [row] = rows;
    if (rows.length !== 1 || row === undefined || seconds(row.window_start) < newest) {
      this.add(rows, { replace: true });
      return;
    }
    this.#rows.set(seconds(row.window_start), row);
    this.series.update(candle(row));
    this.#volume.update(this.#bar(row));
  }

  recolour(colours: Colours): void {
    this.#colours = colours;
    this.series.applyOptions(look(colours));
    this.draw();
  }

  mark(marks: readonly SeriesMarker<Time>[]): void {
    this.#marks.setMarkers([...marks]);
  }

  draw(): void {
    const { rows } = this;
    this.series.setData(rows.map(candle));
    this.#volume.setData(rows.map((row) => this.#bar(row)));
  }

  #bar(row: Candle) {
    const rose = Number(row.close) >= Number(row.open);
    const color = `${rose ? this.#colours.up : this.#colours.down}59`;
    return { time: seconds(row.window_start) as UTCTimestamp, value: Number(row.volume), color };
  }
}

function candle(row: Candle) {
  return {
    time: seconds(row.window_start) as UTCTimestamp,
    ...{ open: Number(row.open), high: Number(row.high), low: Number(row.low), close: Number(row.close) },
  };
}

function look({ up, down }: Colours) {
  return {
    ...{ upColor: up, downColor: down, wickUpColor: up, wickDownColor: down },
    borderVisible: false,
  };
}
