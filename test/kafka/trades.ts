import { isoOf } from '../../connectors/instant.ts';
import type { Trade } from '../../connectors/landing.ts';
import { Random } from '../../connectors/simulator/random.ts';

export const MARKETS = ['BTC/USD', 'ETH/USD', 'SOL/USD', 'XRP/USD', 'ADA/USD'] as const;
/** Ids that a number of JavaScript cannot tell apart. */
const FIRST_ID = 9_007_199_254_740_993n;
const START_MICROS = Date.UTC(2026, 0, 5) * 1000;

/** Trades of five markets with large ids, 3 apart in each, and many digits: the same seed, the same trades. */
export function madeUpTrades(count: number, seed: number, exchange = 'test'): Trade[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, index) => {
    const ts = isoOf(START_MICROS + index * 1_037);
    return {
      exchange,
      symbol: MARKETS[index % MARKETS.length] ?? '',
      tradeId: String(FIRST_ID + 3n * BigInt(Math.floor(index / MARKETS.length))),
      ts,
      price: `${Math.floor(random.uniform() * 90_000) + 1}.${String(Math.floor(random.uniform() * 1e8)).padStart(8, '0')}`,
      quantity: `0.${String(Math.floor(random.uniform() * 1e9) + 1).padStart(18, '0')}`,
      side: random.uniform() < 0.5 ? ('buy' as const) : ('sell' as const),
      receivedAt: ts,
    };
  });
}
