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

/** One position of the rule. */
export interface RuleTrade {
  /** Start of the minute it was decided on, milliseconds since the Unix epoch. */
  readonly time: number;
  /** What it earned before and after fees, as shares of the stake. */
  readonly gross: number;
  readonly net: number;
}

/**
 * A rule that anybody can follow, to put forecasts into money: in each market, one position at a time. When none is open and the
 * predicted move is larger than the fees of going in and out, buy (or sell short) for the same stake at the close, and close the
 * position after the horizon. Entry costs `fee` of the stake and exit `fee` of what it is worth then. No slippage, no spread:
 * what this rule does not earn, no account would.
 */
export function ruleTrades(scored: Scored, fee: number): readonly RuleTrade[] {
  const freeAt = new Map<number, number>();
  const trades: RuleTrade[] = [];
  for (const [row, time] of scored.times.entries()) {
    const market = scored.market[row] ?? 0;
    const expected = Math.expm1(scored.predicted[row] ?? 0);
    if (time < (freeAt.get(market) ?? Number.NEGATIVE_INFINITY) || Math.abs(expected) <= 2 * fee) continue;
    const growth = Math.expm1(scored.actual[row] ?? 0);
    const gross = Math.sign(expected) * growth;
    trades.push({ time, gross, net: gross - fee - fee * (1 + growth) });
    freeAt.set(market, time + scored.horizonMinutes * 60_000);
  }
  return trades;
}

/** What the rule comes to. */
export function tradingMetrics(scored: Scored, fee: number): TradingMetrics {
  const trades = ruleTrades(scored, fee);
  return {
    fee,
    trades: trades.length,
    wins: trades.filter(({ net }) => net > 0).length,
    gross: trades.reduce((sum, { gross }) => sum + gross, 0),
    net: trades.reduce((sum, { net }) => sum + net, 0),
  };
}
