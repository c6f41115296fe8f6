import type { LandingRow } from './recording.ts';

/** Identity of the first of them. */
export const LATE = 3_000_000;
/**
 * A trade of its own second, some time after the recorded hour. Prices move: where they stand still, ratios of what is left of older
 * moves say more about the last digits of a double than about a view.
 */
export function late(number: number): LandingRow {
  const ts = new Date(Date.parse('2019-07-01T01:15:00Z') + number * 61_000).toISOString();
  const market = { exchange: 'kraken', symbol: 'BTC/USD', side: 'buy' };
  return {
    table: 'trades',
    row: {
      ...market,
      trade_id: String(LATE + number),
      ts,
      price: (10_800 + ((number * 37) % 101) / 10).toFixed(1),
      quantity: '0.25',
      received_at: ts,
    },
  };
}
