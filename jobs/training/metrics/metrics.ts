import { brierScore, type DirectionMetrics, directionMetrics } from './direction.ts';
import { meanAbsoluteError, pricesOf, rootMeanSquaredError, skillAgainst } from './errors.ts';
import { type IntervalMetrics, intervalMetrics } from './interval.ts';
import type { Scored } from './scored.ts';
import { type TradingMetrics, tradingMetrics } from './trading.ts';

/** How good predictions were; plain data that can be written as JSON. */
export interface Metrics {
  readonly rows: number;
  /** Mean absolute and root mean squared error of the log return. */
  readonly mae: number;
  readonly rmse: number;
  /** Mean absolute error of predicting no change. */
  readonly persistenceMae: number;
  /** 1 - mae / persistenceMae; null when nothing moved. */
  readonly skill: number | null;
  /** Errors of the price in quote currency; null over several markets, whose prices do not add up. */
  readonly price: { readonly mae: number; readonly rmse: number } | null;
  readonly direction: DirectionMetrics;
  readonly interval: IntervalMetrics;
  /** Brier score of the probability of a rise; 0.25 is what even odds get. */
  readonly brier: number;
  readonly trading: TradingMetrics;
}

/**
 * Measures predictions of one row at least.
 *
 * @param fee share of a position's value that each of its two trades costs
 */
export function measure(scored: Scored, fee: number): Metrics {
  const { actual, predicted, lower, upper, level, probability, horizonMinutes } = scored;
  const mae = meanAbsoluteError(actual, predicted);
  const persistenceMae = meanAbsoluteError(actual, new Float64Array(actual.length));
  return {
    rows: actual.length,
    mae,
    rmse: rootMeanSquaredError(actual, predicted),
    persistenceMae,
    skill: skillAgainst(persistenceMae, mae),
    price: priceErrors(scored),
    direction: directionMetrics(actual, predicted, horizonMinutes),
    interval: intervalMetrics(actual, lower, upper, level),
    brier: brierScore(actual, probability),
    trading: tradingMetrics(scored, fee),
  };
}

function priceErrors({ market, closes, actual, predicted }: Scored): Metrics['price'] {
  if (market.some((index) => index !== market[0])) return null;
  const [came, said] = [pricesOf(closes, actual), pricesOf(closes, predicted)];
  return { mae: meanAbsoluteError(came, said), rmse: rootMeanSquaredError(came, said) };
}
