import type { MarketName } from '../../config/groups/feed.ts';

/** The symbols wanted of each exchange, in the order in which they are named. */
export function marketsByExchange(markets: readonly MarketName[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { exchange, symbol } of markets) found.set(exchange, [...(found.get(exchange) ?? []), symbol]);
  return found;
}
