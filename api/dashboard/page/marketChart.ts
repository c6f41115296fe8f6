import { createChart, type IChartApi, type UTCTimestamp } from 'lightweight-charts';
import { SECONDS, type Timeframe } from './address.ts';
import { CandleSeries } from './candleSeries.ts';
import { moveByKeys } from './chartKeys.ts';
import { chartOptions } from './chartOptions.ts';
import { element } from './element.ts';
import { IndicatorSeries } from './indicatorSeries.ts';
import { Legend } from './legend.ts';
import { marksOf, type Occasion } from './marks.ts';
import { PredictionSeries } from './predictionSeries.ts';
import { type Prediction, seconds } from './records.ts';
import { colours, onTheme } from './theme.ts';

/** Older windows are asked for when this many are left before them. */
const AHEAD = 10;

/** Candles, volume, predictions, indicators and marks on one time axis. */
export class MarketChart {
  readonly frame: HTMLElement;
  readonly candles: CandleSeries;
  readonly predictions: PredictionSeries;
  readonly indicators: IndicatorSeries;
  readonly #chart: IChartApi;
  readonly #legend: Legend;
  readonly #canvas = element('div', { class: 'canvas', role: 'img', tabindex: 0 });
  readonly #window: number;
  #occasions: readonly Occasion[] = [];
  /** Epoch seconds of the window that is pointed at. */
  #pointed: number | null = null;

  constructor(symbol: string, timeframe: Timeframe, indicators: readonly string[], signal: AbortSignal) {
    const palette = colours();
    this.#window = SECONDS[timeframe];
    this.#legend = new Legend(indicators);
    this.frame = element('div', { class: 'chart' }, this.#legend.frame, this.#canvas);
    this.#chart = createChart(this.#canvas, chartOptions(palette));
    this.#chart.timeScale().applyOptions({ fixLeftEdge: true });
    this.candles = new CandleSeries(this.#chart, palette);
    this.predictions = new PredictionSeries(this.#chart, palette, this.#window);
    this.indicators = new IndicatorSeries(this.#chart, indicators, palette);
    this.#chart.subscribeCrosshairMove(({ time }) => {
      this.#pointed = typeof time === 'number' ? time : null;
      this.#tell();
    });
    onTheme(() => this.#recolour(), signal);
    signal.addEventListener('abort', () => this.#chart.remove());
    moveByKeys(this.#canvas, this.#chart.timeScale(), () => this.showNewest());
    this.#canvas.setAttribute('aria-label', `Candles of ${symbol}, ${timeframe}`);
  }

  /** Start of the last window, in epoch seconds. */
  get last(): number {
    return this.candles.rows.newest;
  }

  /** To be called when candles have changed: what lies on them moves with them. */
  settle(ahead: readonly Prediction[] = []): void {
    const row = this.candles.rows.inOrder.at(-1);
    if (row === undefined) return;
    this.predictions.ahead(ahead);
    this.#tell();
    this.#note();
  }

  /** Draws candles that were added in number, and what lies on them. */
  drawCandles(): void {
    this.candles.draw();
    this.drawPredictions();
    this.mark(this.#occasions);
    this.settle();
  }

  /** Draws what was predicted of the candles that are there. */
  drawPredictions(): void {
    this.predictions.draw(this.candles.rows.oldest, this.last);
    this.#note();
  }

  /** Draws indicators that were added in number. */
  drawIndicators(): void {
    this.indicators.draw();
    this.#tell();
    this.#note();
  }

  /** News and promotions, at the windows in which they were. */
  mark(occasions: readonly Occasion[]): void {
    this.#occasions = occasions;
    const shown = this.candles.rows.inOrder.map(({ window_start }) => seconds(window_start));
    this.candles.mark(marksOf(occasions, shown, this.#window, colours()));
  }

  /** Shows the newest windows, as many as are readable. */
  showNewest(): void {
    const width = this.#canvas.clientWidth;
    const { size } = this.candles.rows;
    const windows = Math.min(size, Math.max(40, Math.floor(width / 7)));
    // The forecast is shown too, unless it would leave little room for what was.
    const ahead = Math.min(this.predictions.windowsAhead(this.last), windows / 3) + 3;
    this.#chart.timeScale().setVisibleLogicalRange({ from: size - windows + ahead, to: size + ahead });
  }

  /** Calls back with the oldest moment that is in view, in epoch seconds, whenever somebody scrolls. */
  onView(listener: (from: number) => void): void {
    const scale = this.#chart.timeScale();
    scale.subscribeVisibleLogicalRangeChange((range) => {
      const first = scale.getVisibleRange()?.from;
      if (range === null || typeof first !== 'number') return;
      // Near the left end it is not yet known what will be there.
      const windows = Math.ceil(Math.max(0, AHEAD - range.from));
      listener(first - windows * this.#window);
    });
  }

  /** Tells of the window that is pointed at, or of the newest. */
  #tell(): void {
    const time = this.#pointed;
    const at = time !== null && this.candles.rows.at(time) ? time : this.last;
    const row = this.candles.rows.at(at);
    if (row === undefined) return;
    const there = this.#occasions.filter((one) => one.time - (one.time % this.#window) === at);
    this.#legend.show(row, this.indicators.at(at as UTCTimestamp), time === null ? [] : there);
  }

  /** What is drawn can't be read from pixels; it is noted for tests. */
  #note(): void {
    const { dataset } = this.#canvas;
    dataset.close = this.candles.rows.inOrder.at(-1)?.close ?? '';
    dataset.candles = String(this.candles.rows.size);
    dataset.indicators = String(this.indicators.rows.size);
    dataset.predictions = String(this.predictions.drawn);
    dataset.ahead = this.predictions.furthest;
  }

  #recolour(): void {
    const palette = colours();
    this.#chart.applyOptions(chartOptions(palette));
    this.candles.recolour(palette);
    this.predictions.recolour(palette);
    this.indicators.recolour(palette);
    this.mark(this.#occasions);
    this.#tell();
  }
}
