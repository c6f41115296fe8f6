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
import { WindowRows } from './windowRows.ts';

/** Candles with their volume below, and marks at them. */
export class CandleSeries {
  readonly series: ISeriesApi<'Candlestick'>;
  readonly rows = new WindowRows<Candle>();
  readonly #volume: ISeriesApi<'Histogram'>;
  readonly #marks: { setMarkers(markers: SeriesMarker<Time>[]): void };
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

  /** Sends what changed to the chart; a change of the last candle is drawn alone. */
  update(rows: readonly Candle[]): void {
    const { newest } = this.rows;
    this.rows.put(rows);
    const [row] = rows;
    if (rows.length !== 1 || row === undefined || seconds(row.window_start) < newest) {
      this.draw();
      return;
    }
    this.series.update(candle(row));
    this.#volume.update(this.#bar(row));
  }

  remove(windows: readonly string[]): void {
    this.rows.remove(windows);
    this.draw();
  }

  recolour(colours: Colours): void {
    this.#colours = colours;
    this.series.applyOptions(look(colours));
    this.draw();
  }

  mark(marks: readonly SeriesMarker<Time>[]): void {
    this.#marks.setMarkers([...marks]);
  }

  /** Draws all of them. */
  draw(): void {
    const { inOrder } = this.rows;
    this.series.setData(inOrder.map(candle));
    this.#volume.setData(inOrder.map((row) => this.#bar(row)));
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
