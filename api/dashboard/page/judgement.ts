import { element, fill } from './element.ts';
import type { Forecast } from './forecast.ts';
import type { MarketPage } from './market.ts';
import type { MarketChart } from './marketChart.ts';
import { modelsCard } from './models.ts';
import { newsCard } from './news.ts';
import { scoreCards } from './score.ts';

const EVERY_MS = 60_000;

/**
 * The cards that change with the minutes and not with the trades: how good the model is, which versions there are, the news.
 * They and the forecast are asked for again each minute until the page ends; one that fails is left as it was.
 */
export class Judgement {
  readonly frame = element('div', { class: 'cards' });
  readonly #page: MarketPage;
  readonly #forecast: Forecast;
  readonly #chart: MarketChart;
  readonly #foresee: () => Promise<void>;
  #shown = new AbortController();

  /** @param foresee asks for the forecast again: another version may be in service */
  constructor(page: MarketPage, forecast: Forecast, chart: MarketChart, foresee: () => Promise<void>) {
    this.#foresee = foresee;
    this.#page = page;
    this.#forecast = forecast;
    this.#chart = chart;
    page.signal.addEventListener('abort', () => this.#shown.abort());
  }

  /** Shows them, and keeps them fresh. @throws RestError when they can't be had at first */
  async show(): Promise<void> {
    await this.#load();
    this.#again();
  }

  #again(): void {
    const timer = setTimeout(() => {
      // What is shown stays, and the next minute brings another try.
      void this.#foresee()
        .then(() => this.#load())
        .catch(() => undefined)
        .finally(() => this.#again());
    }, EVERY_MS);
    const { signal } = this.#page;
    if (signal.aborted) clearTimeout(timer);
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }

  async #load(): Promise<void> {
    const { market, signal } = this.#page;
    const next = new AbortController();
    const [scores, models, news] = await Promise.all([
      scoreCards(market, this.#forecast.model, next.signal),
      modelsCard(this.#forecast.model),
      newsCard(market),
    ]);
    // The charts of the cards that are replaced end with them.
    this.#shown.abort();
    this.#shown = next;
    if (signal.aborted) {
      next.abort();
      return;
    }
    fill(this.frame, ...scores, models.card, news.card);
    this.#chart.mark([...news.occasions, ...models.occasions]);
  }
}
