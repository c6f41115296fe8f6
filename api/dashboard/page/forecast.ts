import { element, fill } from './element.ts';
import { change, percent, price } from './format.ts';
import type { MarketPage } from './market.ts';
import type { MarketChart } from './marketChart.ts';
import { predictionPages } from './marketRows.ts';
import type { PagedRows } from './pagedRows.ts';
import type { Prediction, Promotion } from './records.ts';
import { rows } from './rest.ts';
import { whyNoPrediction } from './state.ts';

/** What is predicted now: a row per horizon; the chosen one's past is drawn on the chart. */
export class Forecast {
  readonly card: HTMLElement;
  readonly #page: MarketPage;
  readonly #body = element('div', {}, element('p', { class: 'empty' }, 'Loading…'));
  #newest: readonly Prediction[] = [];
  #past: PagedRows<Prediction> | null = null;
  /** Versions that predict and are not in service. */
  readonly #shadows = new Set<string>();

  constructor(page: MarketPage) {
    this.#page = page;
    this.card = element('section', { class: 'card' }, element('h2', {}, 'Forecast'), this.#body);
  }

  /** The newest prediction of the chosen horizon; null when there is none. */
  get model(): Prediction | null {
    const { horizon } = this.#page.shown;
    return this.#newest.find(({ horizon_minutes }) => horizon_minutes === horizon) ?? this.#newest[0] ?? null;
  }

  /** Asks for predictions, draws the past ones; gives the newest, one per horizon. @throws RestError */
  async load(chart: MarketChart): Promise<readonly Prediction[]> {
    const { market, signal } = this.#page;
    const newest = await rows<Prediction>(`/v1/predictions/${market.symbol.replace('/', '-')}`, {
      exchange: market.exchange,
    });
    if (signal.aborted) return [];
    const before = this.model;
    this.#newest = newest;
    const { model } = this;
    if (model === null) {
      fill(this.#body, element('p', { class: 'empty' }, await whyNoPrediction(market)));
      return [];
    }
    this.#show();
    if (this.#past === null || before === null || !isOf(before, model)) await this.#begin(model, chart);
    await this.#past?.renew();
    return this.#newest;
  }

  /** To be told which moment has come into view, in epoch seconds. */
  reach(time: number): void {
    this.#past?.reach(time);
  }

  /** Begins with what a model predicted in the past. */
  async #begin(model: Prediction, chart: MarketChart): Promise<void> {
    const promotions = await rows<Promotion>('/v1/promotions', { name: model.model, limit: 200 });
    chart.predictions.rows.clear();
    this.#past = predictionPages(this.#page, model, promotions, chart);
  }

  /** Says that nothing is known, unless something is shown already. */
  failed(): void {
    if (this.#newest.length === 0) fill(this.#body, element('p', { class: 'empty' }, 'Not known yet.'));
  }

  /** Takes predictions that were made this moment; gives those of models in service. */
  take(made: readonly Prediction[], chart: MarketChart): readonly Prediction[] {
    const chosen = this.model;
    const ours = made.filter((one) => this.#newest.some((known) => isOf(known, one)));
    this.#newest = this.#newest.map((known) => ours.findLast((one) => isOf(known, one)) ?? known);
    const shown = ours.filter((one) => chosen !== null && isOf(chosen, one));
    if (shown.length > 0) {
      chart.predictions.rows.put(shown);
      chart.drawPredictions();
    }
    if (ours.length > 0) this.#show();
    return ours;
  }

  /** Whether predictions come from a version that was never heard of here: it may have taken over. */
  isNew(made: readonly Prediction[]): boolean {
    const unknown = made.filter((one) => !this.#newest.some((known) => isOf(known, one)));
    const names = unknown.map(({ model, version }) => `${model} ${version}`);
    const isNew = names.some((name) => !this.#shadows.has(name));
    for (const name of names) this.#shadows.add(name);
    return isNew;
  }

  #show(): void {
    const chosen = this.model;
    const level = chosen?.interval_level ?? null;
    fill(
      this.#body,
      element(
        'table',
        { class: 'rows' },
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            ...['Ahead', 'Price', 'Move', 'Rises'].map((name) => element('th', { scope: 'col' }, name)),
          ),
        ),
        element('tbody', {}, ...this.#newest.map((one) => this.#row(one, one === chosen))),
      ),
      level !== null &&
        element('p', { class: 'note' }, `The shaded area should hold ${percent(level, 0)} of what comes.`),
    );
  }

  #row(one: Prediction, chosen: boolean): HTMLElement {
    const { horizon_minutes: horizon, predicted_price, base_price } = one;
    const [ahead, base] = [Number(predicted_price), Number(base_price)];
    const range =
      one.lower_price === null || one.upper_price === null
        ? null
        : element('small', {}, `${price(Number(one.lower_price))} – ${price(Number(one.upper_price))}`);
    return element(
      'tr',
      { class: chosen ? 'chosen' : '' },
      element(
        'th',
        { scope: 'row' },
        element(
          'button',
          {
            ...{ class: 'pick', 'aria-pressed': String(chosen), title: 'Draw what it predicted before' },
            onclick: () => this.#page.go({ horizon }),
          },
          `${horizon} min`,
        ),
      ),
      element('td', {}, price(ahead), range),
      element(
        'td',
        { class: ahead < base ? 'down' : ahead > base ? 'up' : 'quiet' },
        change(ahead / base - 1),
      ),
      element('td', {}, one.direction_probability === null ? '–' : percent(one.direction_probability, 0)),
    );
  }
}

function isOf(known: Prediction, one: Prediction): boolean {
  return (
    known.model === one.model &&
    known.version === one.version &&
    known.horizon_minutes === one.horizon_minutes
  );
}
