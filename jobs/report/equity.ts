import type { Scored } from '../training/metrics/scored.ts';
import { ruleTrades } from '../training/metrics/trading.ts';
import { thinned } from './thinned.ts';

/** The trading rule after one of its trades, as shares of one stake. */
export interface EquityPoint {
  readonly time: string;
  /** Trades so far. */
  readonly trades: number;
  readonly gross: number;
  readonly net: number;
}

/** Points of a chart at most: more than pixels tell nothing. */
const MOST_POINTS = 300;

/** What the trading rule had earned after each of its trades, thinned out where there are many. */
export function equityOf(
  scored: Scored,
  fee: number,
  timeOf: (ms: number) => string,
): readonly EquityPoint[] {
  let [gross, net] = [0, 0];
  const points = ruleTrades(scored, fee).map((trade, index) => {
    gross += trade.gross;
    net += trade.net;
    return { time: timeOf(trade.time), trades: index + 1, gross, net };
  });
  return thinned(points, MOST_POINTS);
}
