import { element, fill } from './element.ts';
import { change, moment, price, quantity } from './format.ts';
import type { Occasion } from './marks.ts';
import type { Candle } from './records.ts';

/** The figures of the window that is pointed at, or of the newest one. */
export class Legend {
  readonly frame = element('div', { class: 'legend' });
  readonly #colourOf: ReadonlyMap<string, number>;

  constructor(indicators: readonly string[]) {
    this.#colourOf = new Map(indicators.map((name, index) => [name, (index % 6) + 1]));
  }

  show(
    candle: Candle,
    indicators: readonly (readonly [string, number | null])[],
    occasions: readonly Occasion[],
  ): void {
    const [open, close] = [Number(candle.open), Number(candle.close)];
    const part = (name: string, value: string) => element('span', {}, element('b', {}, name), value);
    fill(
      this.frame,
      element(
        'div',
        {},
        element('span', { class: 'when' }, `${moment(candle.window_start)} UTC`),
        part('O', price(open)),
        part('H', price(Number(candle.high))),
        part('L', price(Number(candle.low))),
        part('C', price(close)),
        element('span', { class: close < open ? 'down' : 'up' }, change(close / open - 1)),
        part('V', quantity(Number(candle.volume))),
      ),
      indicators.length > 0 &&
        element(
          'div',
          {},
          ...indicators.map(([name, value]) =>
            element(
              'span',
              { class: `series-${this.#colourOf.get(name)}` },
              element('b', {}, name),
              value === null ? '–' : short(value),
            ),
          ),
        ),
      ...occasions.map(({ text, kind }) => element('div', { class: `occasion ${kind}` }, text)),
    );
  }
}

function short(value: number): string {
  return Math.abs(value) >= 1_000 ? price(value) : value.toPrecision(4).replace('-', '−');
}
