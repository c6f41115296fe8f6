import { loadConfig } from '../../config/config.ts';
import type { MarketName } from '../../config/groups/feed.ts';
import { marketsByExchange } from './markets.ts';

/** A feed whose markets may change while it runs. */
export interface Changeable {
  subscribe(symbols: readonly string[]): void;
  unsubscribe(symbols: readonly string[]): void;
}

/** Brings feeds to the markets that are wanted now; gives the words for people. */
export function changeMarkets(
  feeds: ReadonlyMap<string, Changeable>,
  before: readonly MarketName[],
  wanted: readonly MarketName[],
): readonly string[] {
  const [old, now] = [marketsByExchange(before), marketsByExchange(wanted)];
  const words: string[] = [];
  for (const [exchange, feed] of feeds) {
    const [had, has] = [old.get(exchange) ?? [], now.get(exchange) ?? []];
    const added = has.filter((symbol) => !had.includes(symbol));
    const removed = had.filter((symbol) => !has.includes(symbol));
    feed.subscribe(added);
    feed.unsubscribe(removed);
    if (added.length > 0) words.push(`${exchange}: following ${added.join(', ')} from now on`);
    if (removed.length > 0) words.push(`${exchange}: no longer following ${removed.join(', ')}`);
  }
  for (const exchange of now.keys())
    if (!feeds.has(exchange)) words.push(`${exchange} is new: it is followed after a restart`);
  return words.length > 0 ? words : ['MARKETS is as it was'];
}

/** Calls back with MARKETS as it is now at each SIGUSR2, until the signal aborts. */
export function onReload(
  signal: AbortSignal,
  say: (line: string) => void,
  changed: (wanted: readonly MarketName[]) => void,
): void {
  const reload = (): void => {
    try {
      changed(loadConfig(process.env, process.cwd()).MARKETS);
    } catch (error) {
      say(`MARKETS stays as it was: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  process.on('SIGUSR2', reload);
  signal.addEventListener('abort', () => process.off('SIGUSR2', reload), { once: true });
}
