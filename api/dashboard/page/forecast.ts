import { element, fill } from './element.ts';
import { change, percent, price } from './format.ts';
import type { MarketPage } from './market.ts';
import type { MarketChart } from './marketChart.ts';
import type { Prediction } from './records.ts';
import { rows } from './rest.ts';
import { whyNoPrediction } from './state.ts';

const HISTORY = 1_000;

/** What is predicted now: a row per horizon; the chosen one's past is drawn on the chart. */
export class Forecast {
  readonly card: HTMLElement;
  readonly #page: MarketPage;
  readonly #body = element('div', {}, element('p', { class: 'empty' }, 'Loading…'));
  #newest: readonly Prediction[] = [];

  constructor(page: MarketPage) {
    this.#page = page;
    this.card = element('section', { class: 'card' }, element('h2', {}, 'Forecast'), this.#body);
  }

  /** The newest prediction of the chosen horizon; null when there is none. */
  get model(): Prediction | null {
    const { horizon } = this.#page.shown;
    return this.#newest.find(({ horizon_minutes }) => horizon_minutes === horizon) ?? this.#newest[0] ?? null;
  }

  /** Asks for predictions, draws the past ones; gives the newest, one per horizon. */
  async load(chart: MarketChart): Promise<readonly Prediction[]> {
    const { market, signal } = this.#page;
    const path = `/v1/predictions/${market.symbol.replace('/', '-')}`;
    this.#newest = await rows<Prediction>(path, { exchange: market.exchange });
    const { model } = this;
    if (model === null) {
      fill(this.#body, element('p', { class: 'empty' }, await whyNoPrediction(market)));
      return [];
    }
    const past = await rows<Prediction>(`${path}/history`, {
      ...{ exchange: market.exchange, horizon: model.horizon_minutes, model: model.model, limit: HISTORY },
      columns: 'window_start,horizon_minutes,model,version,predicted_price,lower_price,upper_price',
    });
    if (signal.aborted) return [];
    chart.predictions.history(past.toReversed(), chart.last);
    this.#show();
    return this.#newest;
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
    for (const one of ours)
      if (chosen !== null && isOf(chosen, one)) chart.predictions.append(one, chart.last);
    if (ours.length > 0) this.#show();
    return ours;
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
      element('td', { class: ahead < base ? 'down' : 'up' }, change(ahead / base - 1)),
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
