import { type Shown, TIMEFRAMES, writeAddress } from './address.ts';
import { element } from './element.ts';
import { chooseIndicators } from './indicatorChoice.ts';
import type { Live } from './live.ts';
import { chooseMarket } from './marketChoice.ts';
import type { Market } from './records.ts';
import { switchTheme } from './theme.ts';

/** What is around every page. */
export interface Frame {
  readonly markets: readonly Market[];
  readonly market: Market | null;
  readonly shown: Shown;
  readonly live: Live;
  readonly source: { readonly kind: string; readonly detail: string };
  readonly go: (change: Partial<Shown>) => void;
  readonly signal: AbortSignal;
}

/** The bar at the top: where one is, what is shown, how the line is. */
export function bar(frame: Frame): readonly Node[] {
  const { shown, market, live, source } = frame;
  const onMarket = shown.page === 'market';
  return [
    element(
      'a',
      { class: 'brand', href: '/' },
      element('img', { src: '/dashboard/icon.svg', alt: '', width: 20, height: 20 }),
      element('span', {}, 'Tickwave'),
    ),
    element(
      'nav',
      { 'aria-label': 'Pages' },
      link(frame, 'market', 'Market'),
      link(frame, 'pipeline', 'Pipeline'),
    ),
    ...(onMarket
      ? [
          element(
            'button',
            { class: 'find', onclick: () => chooseMarket(frame), 'aria-keyshortcuts': '/' },
            market?.symbol ?? 'Market',
            element('kbd', { 'aria-hidden': 'true' }, '/'),
          ),
          timeframes(frame),
          element(
            'button',
            { class: 'indicators', onclick: () => void chooseIndicators(frame), 'aria-keyshortcuts': 'i' },
            shown.indicators.length === 0 ? 'Indicators' : `Indicators · ${shown.indicators.length}`,
          ),
        ]
      : []),
    element('span', { class: 'spring' }),
    ...(source.kind === 'live' || source.kind === 'none'
      ? []
      : [element('span', { class: 'tag source', title: source.detail }, source.kind)]),
    live.badge,
    element(
      'button',
      { class: 'icon', onclick: switchTheme, 'aria-label': 'Light or dark', title: 'Light or dark (t)' },
      '◐',
    ),
  ];
}

function link({ shown, go }: Frame, page: Shown['page'], text: string): HTMLElement {
  const onclick = (event: Event): void => {
    if (event instanceof MouseEvent && (event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    go({ page });
  };
  const current = shown.page === page ? 'page' : null;
  return element('a', { href: writeAddress({ ...shown, page }), onclick, 'aria-current': current }, text);
}

function timeframes({ shown, go }: Frame): HTMLElement {
  const buttons = TIMEFRAMES.map((timeframe, index) =>
    element(
      'button',
      {
        onclick: () => go({ timeframe }),
        ...{ 'aria-pressed': String(timeframe === shown.timeframe), 'aria-keyshortcuts': String(index + 1) },
      },
      timeframe,
    ),
  );
  return element('div', { class: 'segments', role: 'group', 'aria-label': 'Timeframe' }, ...buttons);
}
