import { element, fill } from './element.ts';
import { change, price, quantity } from './format.ts';
import type { Candle, Market } from './records.ts';

/** The market's name, its price, and its day in figures. */
export function headline({ symbol, exchange }: Market) {
  const last = element('span', { class: 'last' }, '–');
  const moved = element('span', { class: 'moved' });
  const figures = element('dl', { class: 'figures' });
  const frame = element(
    'div',
    { class: 'headline' },
    element('h1', {}, symbol, element('small', {}, exchange)),
    last,
    moved,
    figures,
  );
  let before = 0;
  return {
    frame,
    price(close: number): void {
      fill(last, price(close));
      document.title = `${price(close)} ${symbol} · Tickwave`;
      if (before <= 0) return;
      fill(moved, change(close / before - 1));
      moved.className = `moved ${close < before ? 'down' : 'up'}`;
    },
    /** The last 24 hours, newest first. */
    day(hours: readonly Candle[]): void {
      const first = hours.at(-1);
      if (first === undefined) return;
      before = Number(first.open);
      const figure = (name: string, value: string) =>
        element('div', {}, element('dt', {}, name), element('dd', {}, value));
      fill(
        figures,
        figure('24 h high', price(Math.max(...hours.map(({ high }) => Number(high))))),
        figure('24 h low', price(Math.min(...hours.map(({ low }) => Number(low))))),
        figure('24 h volume', quantity(hours.reduce((sum, { volume }) => sum + Number(volume), 0))),
      );
    },
  };
}
