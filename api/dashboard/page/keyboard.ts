import { TIMEFRAMES } from './address.ts';
import type { Frame } from './bar.ts';
import { openDialog } from './dialog.ts';
import { element } from './element.ts';
import { chooseIndicators } from './indicatorChoice.ts';
import { chooseMarket } from './marketChoice.ts';
import { switchTheme } from './theme.ts';

const KEYS = [
  ['/', 'search a market'],
  ['1 … 5', 'timeframe, from a minute to a day'],
  ['i', 'choose indicators'],
  ['m', 'the market'],
  ['p', 'the pipeline'],
  ['← →', 'past and future, once the chart is chosen by tab; + and − zoom, End goes to the newest'],
  ['t', 'light or dark'],
  ['?', 'these keys'],
] as const;

/** Takes keys for as long as the page is shown, but not those that are typed into a field. */
export function listenToKeys(frame: Frame): void {
  const { signal } = frame;
  addEventListener(
    'keydown',
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.target instanceof HTMLInputElement || document.querySelector('dialog[open]')) return;
      if (press(event.key, frame)) event.preventDefault();
    },
    { signal },
  );
}

function press(key: string, frame: Frame): boolean {
  const { go, shown } = frame;
  const timeframe = TIMEFRAMES[Number(key) - 1];
  if (timeframe !== undefined && shown.page === 'market') go({ timeframe });
  else if (key === '/') chooseMarket(frame);
  else if (key === 'i' && shown.page === 'market') void chooseIndicators(frame);
  else if (key === 'm') go({ page: 'market' });
  else if (key === 'p') go({ page: 'pipeline' });
  else if (key === 't') switchTheme();
  else if (key === '?') help();
  else return false;
  return true;
}

function help(): void {
  const lines = KEYS.flatMap(([key, what]) => [
    element('dt', {}, element('kbd', {}, key)),
    element('dd', {}, what),
  ]);
  openDialog('Keys', element('h2', {}, 'Keys'), element('dl', { class: 'keys' }, ...lines));
}
