import type { Scored } from './scored.ts';

/** What the simple rule would have earned. */
export interface TradingMetrics {
  /** Share of a position's value that each of its two trades costs. */
  readonly fee: number;
  readonly trades: number;
  /** Trades that earned more than their fees. */
  readonly wins: number;
  /** Sum of what trades earned before and after fees, as shares of one stake that is the same for each. */
  readonly gross: number;
  readonly net: number;
}

/** Taker fee that is reckoned with by standard: 0.1 %, as large exchanges take from small accounts. */
export const STANDARD_FEE = 0.001;

/**
 * A rule that anybody can follow, to put forecasts into money: in each market, one position at a time. When none is open and the
 * predicted move is larger than the fees of going in and out, buy (or sell short) for the same stake at the close, and close the
 * position after the horizon. Entry costs `fee` of the stake and exit `fee` of what it is worth then. No slippage, no spread:
 * what this rule does not earn, no account would.
 */
export function tradingMetrics(scored: Scored, fee: number): TradingMetrics {
  const freeAt = new Map<number, number>();
  let [trades, wins, gross, net] = [0, 0, 0, 0];
  for (const [row, time] of scored.times.entries()) {
    const market = scored.market[row] ?? 0;
    const expected = Math.expm1(scored.predicted[row] ?? 0);
    if (time < (freeAt.get(market) ?? Number.NEGATIVE_INFINITY) || Math.abs(expected) <= 2 * fee) continue;
    const growth = Math.expm1(scored.actual[row] ?? 0);
    const earned = Math.sign(expected) * growth;
    const kept = earned - fee - fee * (1 + growth);
    trades++;
    gross += earned;
    net += kept;
    if (kept > 0) wins++;
    freeAt.set(market, time + scored.horizonMinutes * 60_000);
  }
  return { fee, trades, wins, gross, net };
}
