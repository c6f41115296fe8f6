import { createChart, type IChartApi, type UTCTimestamp } from 'lightweight-charts';
import { SECONDS, type Timeframe } from './address.ts';
import { CandleSeries } from './candleSeries.ts';
import { chartOptions } from './chartOptions.ts';
import { element } from './element.ts';
import { IndicatorSeries } from './indicatorSeries.ts';
import { Legend } from './legend.ts';
import { marksOf, type Occasion } from './marks.ts';
import { PredictionSeries } from './predictionSeries.ts';
import { type Prediction, seconds } from './records.ts';
import { colours, onTheme } from './theme.ts';

/** Candles, volume, predictions, indicators and marks on one time axis. */
export class MarketChart {
  readonly frame: HTMLElement;
  readonly candles: CandleSeries;
  readonly predictions: PredictionSeries;
  readonly indicators: IndicatorSeries;
  readonly #chart: IChartApi;
  readonly #legend: Legend;
  readonly #canvas = element('div', { class: 'canvas', role: 'img' });
  readonly #window: number;
  #occasions: readonly Occasion[] = [];

  constructor(symbol: string, timeframe: Timeframe, indicators: readonly string[], signal: AbortSignal) {
    const palette = colours();
    this.#window = SECONDS[timeframe];
    this.#legend = new Legend(indicators);
    this.frame = element('div', { class: 'chart' }, this.#legend.frame, this.#canvas);
    this.#chart = createChart(this.#canvas, chartOptions(palette));
    this.candles = new CandleSeries(this.#chart, palette);
    this.predictions = new PredictionSeries(this.#chart, palette, this.#window);
    this.indicators = new IndicatorSeries(this.#chart, indicators, palette);
    this.#chart.subscribeCrosshairMove(({ time }) => this.#tell(typeof time === 'number' ? time : null));
    onTheme(() => this.#recolour(), signal);
    signal.addEventListener('abort', () => this.#chart.remove());
    this.#canvas.setAttribute('aria-label', `Candles of ${symbol}, ${timeframe}`);
  }

  /** Start of the last window, in epoch seconds. */
  get last(): number {
    const row = this.candles.rows.at(-1);
    return row === undefined ? 0 : seconds(row.window_start);
  }

  /** To be called when candles have changed: what lies on them moves with them. */
  settle(ahead: readonly Prediction[] = []): void {
    const row = this.candles.rows.at(-1);
    if (row === undefined) return;
    this.predictions.ahead(ahead);
    this.#tell(null);
    this.#canvas.dataset.candles = String(this.candles.size);
    this.#canvas.dataset.close = row.close;
  }

  /** News and promotions, at the windows in which they were. */
  mark(occasions: readonly Occasion[]): void {
    this.#occasions = occasions;
    const shown = this.candles.rows.map(({ window_start }) => seconds(window_start));
    this.candles.mark(marksOf(occasions, shown, this.#window, colours()));
  }

  /** Shows the newest windows, as many as are readable. */
  showNewest(): void {
    const width = this.#canvas.clientWidth;
    const windows = Math.min(this.candles.size, Math.max(40, Math.floor(width / 7)));
    // The forecast is shown too, unless it would leave little room for what was.
    const ahead = Math.min(this.predictions.windowsAhead(this.last), windows / 3) + 3;
    const from = this.candles.size - windows + ahead;
    this.#chart.timeScale().setVisibleLogicalRange({ from, to: this.candles.size + ahead });
  }

  /** Calls back when somebody scrolls to the oldest window. */
  onOldest(listener: () => void): void {
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range !== null && range.from < 5) listener();
    });
  }

  #tell(time: number | null): void {
    const at = time !== null && this.candles.at(time) ? time : this.last;
    const row = this.candles.at(at);
    if (row === undefined) return;
    const there = this.#occasions.filter((one) => one.time - (one.time % this.#window) === at);
    this.#legend.show(row, this.indicators.at(at as UTCTimestamp), time === null ? [] : there);
  }

  #recolour(): void {
    const palette = colours();
    this.#chart.applyOptions(chartOptions(palette));
    this.candles.recolour(palette);
    this.predictions.recolour(palette);
    this.indicators.recolour(palette);
    this.mark(this.#occasions);
    this.#tell(null);
  }
}
