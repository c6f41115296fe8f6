import { MOST_INDICATORS } from './address.ts';
import type { Frame } from './bar.ts';
import { openDialog } from './dialog.ts';
import { element, fill } from './element.ts';
import { rows } from './rest.ts';

/** Columns of the view that are no indicator. */
const OTHERS = ['exchange', 'symbol', 'timeframe', 'window_start', 'close', 'reach_rows', 'reach_complete'];

/** Choice of indicators: what the view has at this moment, so one that is added to the SQL is here too. */
export async function chooseIndicators({ market, shown, go }: Frame): Promise<void> {
  if (market === null) return;
  const path = `/v1/indicators/${market.symbol.replace('/', '-')}`;
  const [row = {}] = await rows<Readonly<Record<string, unknown>>>(path, {
    exchange: market.exchange,
    limit: 1,
  });
  const names = Object.keys(row).filter((name) => !OTHERS.includes(name));
  const chosen = new Set(shown.indicators);
  const list = element('div', { class: 'checks' });
  const input = element('input', {
    type: 'text',
    placeholder: 'Search an indicator',
    'aria-label': 'Search an indicator',
    autocomplete: 'off',
  });
  const apply = element('button', { class: 'primary' }, 'Show');
  const show = (): void => {
    const text = input.value.toLowerCase();
    const found = names.filter((name) => name.includes(text));
    fill(list, ...found.map((name) => check(name, chosen, show)));
    if (names.length === 0)
      fill(list, element('p', { class: 'empty' }, 'There are no indicators of this market yet.'));
    apply.textContent = `Show ${chosen.size} of at most ${MOST_INDICATORS}`;
  };
  const close = openDialog('Choose indicators', input, list, apply);
  const done = (): void => {
    close();
    go({ indicators: [...chosen] });
  };
  apply.addEventListener('click', done);
  input.addEventListener('input', show);
  input.addEventListener('keydown', ({ key }) => {
    if (key === 'Enter') done();
  });
  show();
}

function check(name: string, chosen: Set<string>, changed: () => void): HTMLElement {
  const box = element('input', {
    ...{ type: 'checkbox', id: `indicator-${name}`, checked: chosen.has(name) },
    disabled: !chosen.has(name) && chosen.size >= MOST_INDICATORS,
    onchange: () => {
      if (!chosen.delete(name)) chosen.add(name);
      changed();
      document.getElementById(`indicator-${name}`)?.focus();
    },
  });
  return element('label', { for: `indicator-${name}` }, box, name);
}
