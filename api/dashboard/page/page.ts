import { readAddress, type Shown, writeAddress } from './address.ts';
import { bar } from './bar.ts';
import { element, fill } from './element.ts';
import { listenToKeys } from './keyboard.ts';
import { Live } from './live.ts';
import { showMarket } from './market.ts';
import { showPipeline } from './pipeline.ts';
import type { Market } from './records.ts';
import { get, RestError, rows } from './rest.ts';
import { whyNoMarket } from './state.ts';
import { beginTheme } from './theme.ts';

const AGAIN_MS = 3_000;
const main = at('main');
const head = at('bar');
let ending = new AbortController();
let live: Live | null = null;

beginTheme();
addEventListener('popstate', () => void show());
void show();

/** Shows what the address says. Whatever was shown before ends. */
async function show(): Promise<void> {
  ending.abort();
  ending = new AbortController();
  const { signal } = ending;
  try {
    const [markets, source] = await Promise.all([rows<Market>('/v1/markets'), sourceOfData()]);
    if (signal.aborted) return;
    // One line for all pages; it begins when the API is known to answer.
    live ??= new Live();
    const shown = readAddress(location);
    const market = find(markets, shown);
    const frame = { markets, market, shown, live, source, go, signal };
    fill(head, ...bar(frame));
    listenToKeys(frame);
    main.setAttribute('aria-busy', 'true');
    if (shown.page === 'pipeline') await showPipeline(main, signal);
    else if (market === null) fill(main, await nothing(shown, markets));
    else await showMarket(main, { market, shown, live, go, signal });
    if (market === null && shown.page === 'market') again(signal);
  } catch (error) {
    if (signal.aborted) return;
    const text = error instanceof RestError ? error.message : String(error);
    fill(
      main,
      element(
        'div',
        { class: 'empty large', role: 'alert' },
        element('h1', {}, 'Nothing can be shown'),
        element('p', {}, text),
      ),
    );
    if (!(error instanceof RestError) || error.code !== 'unauthorized') again(signal);
  } finally {
    if (!signal.aborted) main.setAttribute('aria-busy', 'false');
  }
}

/** Changes what is shown, and the address with it. */
function go(change: Partial<Shown>): void {
  history.pushState(null, '', writeAddress({ ...readAddress(location), ...change }));
  void show();
}

function again(signal: AbortSignal): void {
  const timer = setTimeout(() => void show(), AGAIN_MS);
  signal.addEventListener('abort', () => clearTimeout(timer));
}

function find(markets: readonly Market[], { symbol, exchange }: Shown): Market | null {
  const found = markets.find(
    (one) => (symbol === null || one.symbol === symbol) && (exchange === null || one.exchange === exchange),
  );
  return found ?? null;
}

async function nothing({ symbol }: Shown, markets: readonly Market[]): Promise<Node> {
  const [title, why] =
    markets.length > 0
      ? [
          `${symbol ?? 'This market'} is not here`,
          [`There are ${markets.map((one) => one.symbol).join(', ')}.`],
        ]
      : ['No market has data yet', await whyNoMarket()];
  return element(
    'div',
    { class: 'empty large' },
    element('h1', {}, title),
    ...(why.length > 0 ? why : ['The first trades make the first candle.']).map((text) =>
      element('p', {}, text),
    ),
  );
}

async function sourceOfData(): Promise<{ readonly kind: string; readonly detail: string }> {
  return get('/v1/feeds');
}

function at(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no #${id}`);
  return found;
}
