import { COINS } from './files.ts';
import { TermIndex, wordsOf } from './words.ts';

/** Which of the watched assets a text is about. */
export interface Mentions {
  /** Those that it names. */
  readonly named: readonly string[];
  /** It is about the market as a whole, and names no coin at all. */
  readonly wholeMarket: boolean;
}

const MARKET = new TermIndex<true>(COINS.market.map((word) => [word, true]));
const NAMES = new TermIndex<string>(
  Object.entries(COINS.coins).flatMap(([ticker, coin]) => coin.names.map((name) => [name, ticker] as const)),
);

/** Finds assets by their names and tickers. A ticker that no list knows counts in capitals, when it has three letters. */
export function mentionsOf(text: string, assets: readonly string[]): Mentions {
  const tickers = new Set([...Object.keys(COINS.coins), ...assets]);
  const words = wordsOf(text);
  const found = new Set<string>();
  let market = false;
  // A text in capitals throughout says nothing by them.
  const shouted = text === text.toUpperCase();
  for (let at = 0; at < words.length; ) {
    const name = NAMES.at(words, at);
    if (name !== null) found.add(name.value);
    market ||= MARKET.at(words, at) !== null;
    const ticker = tickerOf(words[at]?.written ?? '', tickers, shouted);
    if (ticker !== null) found.add(ticker);
    at += name?.length ?? 1;
  }
  for (const [, bracketed = ''] of text.matchAll(/[([]\$?([A-Z0-9]{1,10})[)\]]/g)) {
    if (tickers.has(bracketed)) found.add(bracketed);
  }
  return { named: assets.filter((asset) => found.has(asset)), wholeMarket: market && found.size === 0 };
}

function tickerOf(written: string, tickers: ReadonlySet<string>, shouted: boolean): string | null {
  if (written.startsWith('$')) {
    const ticker = written.slice(1).toUpperCase();
    return tickers.has(ticker) ? ticker : null;
  }
  const ticker = written.replace(/['’]s$/, '');
  const certain = !shouted && ticker.length >= 3 && !COINS.coins[ticker]?.ordinary;
  return certain && tickers.has(ticker) ? ticker : null;
}
