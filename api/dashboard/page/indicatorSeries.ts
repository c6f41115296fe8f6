import {
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  LineSeries,
  type UTCTimestamp,
} from 'lightweight-charts';
import { seconds } from './records.ts';
import type { Colours } from './theme.ts';
import { WindowRows } from './windowRows.ts';

/** A window's indicators, by name. */
export interface IndicatorRow {
  readonly window_start: string;
  readonly [name: string]: unknown;
}

/** Indicators that are prices, and so lie over the candles. */
const PRICES = /^(sma|wma|ema|vwap|daily_vwap|bollinger_(upper|middle|lower)|donchian|keltner)/;

/** The chosen indicators: prices over the candles, the others in panes below, those of a family together. */
export class IndicatorSeries {
  readonly rows = new WindowRows<IndicatorRow>();
  readonly #series = new Map<string, ISeriesApi<'Line' | 'Histogram'>>();
  readonly #names: readonly string[];

  constructor(chart: IChartApi, names: readonly string[], { series: palette }: Colours) {
    this.#names = names;
    const panes = new Map<string, number>();
    for (const [index, name] of names.entries()) {
      const family = name.split('_')[0] ?? name;
      const pane = PRICES.test(name) ? 0 : (panes.get(family) ?? panes.size + 1);
      if (pane > 0) panes.set(family, pane);
      const color = palette[index % palette.length] ?? '';
      const options = { color, priceLineVisible: false, lastValueVisible: pane > 0 };
      this.#series.set(
        name,
        name.includes('histogram')
          ? chart.addSeries(HistogramSeries, options, pane)
          : chart.addSeries(LineSeries, { ...options, lineWidth: 1, crosshairMarkerVisible: false }, pane),
      );
    }
    for (const [index, pane] of chart.panes().entries()) pane.setStretchFactor(index === 0 ? 4 : 1);
  }

  /** Colours in the order of the names. */
  recolour({ series: palette }: Colours): void {
    for (const [index, series] of [...this.#series.values()].entries())
      series.applyOptions({ color: palette[index % palette.length] ?? '' });
  }

  /** What the indicators were in a window. */
  at(time: number): readonly (readonly [string, number | null])[] {
    const row = this.rows.at(time);
    return this.#names.map((name) => [name, numberOf(row?.[name])]);
  }

  /** Sends what changed to the chart; a change of the last window is drawn alone. */
  update(rows: readonly IndicatorRow[]): void {
    const { newest } = this.rows;
    this.rows.put(rows);
    const [row] = rows;
    if (rows.length !== 1 || row === undefined || seconds(row.window_start) < newest) this.draw();
    else for (const [name, series] of this.#series) series.update(pointOf(row, name));
  }

  /** Draws all of them. */
  draw(): void {
    const { inOrder } = this.rows;
    for (const [name, series] of this.#series) series.setData(inOrder.map((row) => pointOf(row, name)));
  }
}

function pointOf(row: IndicatorRow, name: string) {
  const time = seconds(row.window_start) as UTCTimestamp;
  const value = numberOf(row[name]);
  return value === null ? { time } : { time, value };
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : value == null ? null : Number(value);
}
