import type { Frame } from './bar.ts';
import { openDialog } from './dialog.ts';
import { element, fill } from './element.ts';
import type { Market } from './records.ts';

const MOST = 50;

/** Search for a market by typing part of its name. */
export function chooseMarket({ markets, market, go }: Frame): void {
  let at = 0;
  let found: readonly Market[] = [];
  const list = element('ul', { id: 'found', role: 'listbox', 'aria-label': 'Markets' });
  const input = element('input', {
    ...{
      type: 'text',
      role: 'combobox',
      placeholder: 'Search a market',
      autocomplete: 'off',
      spellcheck: 'false',
    },
    ...{ 'aria-label': 'Search a market', 'aria-controls': 'found', 'aria-expanded': 'true' },
  });
  const close = openDialog('Choose a market', input, list);
  const choose = ({ symbol, exchange }: Market): void => {
    close();
    go({ symbol, exchange });
  };
  const show = (): void => {
    const text = input.value.toUpperCase().replace('-', '/');
    found = markets
      .filter(({ symbol, exchange }) => `${symbol} ${exchange.toUpperCase()}`.includes(text))
      .slice(0, MOST);
    at = Math.min(at, Math.max(0, found.length - 1));
    fill(
      list,
      ...found.map((one, index) =>
        element(
          'li',
          {
            id: `found-${index}`,
            role: 'option',
            'aria-selected': String(index === at),
            onclick: () => choose(one),
          },
          element('span', {}, one.symbol),
          element('small', {}, one.exchange),
        ),
      ),
      found.length === 0 &&
        element('li', { class: 'empty', role: 'option', 'aria-selected': 'false' }, 'No such market'),
    );
    input.setAttribute('aria-activedescendant', `found-${at}`);
  };
  input.addEventListener('input', () => {
    at = 0;
    show();
  });
  input.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const one = found[at];
    if (event.key === 'Enter' && one !== undefined) choose(one);
    if (step === 0) return;
    event.preventDefault();
    at = Math.min(found.length - 1, Math.max(0, at + step));
    show();
  });
  at = market === null ? 0 : Math.max(0, markets.indexOf(market));
  show();
}
