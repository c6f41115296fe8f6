import { type Metrics, measure } from '../training/metrics/metrics.ts';
import type { Scored } from '../training/metrics/scored.ts';
import { absoluteErrors, type Comparison, compareLosses } from '../training/significance/compare.ts';
import { type EquityPoint, equityOf } from './equity.ts';
import { type Decile, decilesOf, type Pair, pairsOf } from './pairs.ts';
import { type ReliabilityBin, reliabilityOf } from './reliability.ts';
import { type Stretch, stretchesOf } from './stretches.ts';

/** Predictions measured against what came true, with what charts are drawn from. Plain JSON. */
export interface Measured {
  readonly from: string;
  readonly to: string;
  readonly metrics: Metrics;
  /** Absolute errors against those of persistence. */
  readonly againstPersistence: Comparison;
  /** Skill with its interval: that of the mean difference, over persistence's error. Null when nothing moved. */
  readonly skill: { readonly value: number; readonly lower: number; readonly upper: number } | null;
  /** Parts of the time one after the other. */
  readonly stretches: readonly Stretch[];
  readonly equity: readonly EquityPoint[];
  readonly pairs: readonly Pair[];
  readonly deciles: readonly Decile[];
  readonly reliability: readonly ReliabilityBin[];
}

/** How to measure. */
export interface MeasureOptions {
  readonly fee: number;
  readonly seed: number;
  /** Of a row's time the time to show, ISO 8601. */
  readonly timeOf: (ms: number) => string;
}

/** Measures predictions of one row at least. */
export function measureScored(scored: Scored, { fee, seed, timeOf }: MeasureOptions): Measured {
  const metrics = measure(scored, fee);
  const { times, actual, predicted, horizonMinutes } = scored;
  const againstPersistence = compareLosses(
    times,
    absoluteErrors(actual, new Float64Array(actual.length)),
    absoluteErrors(actual, predicted),
    { horizonMinutes, seed },
  );
  const share = (difference: number): number => difference / metrics.persistenceMae;
  return {
    from: timeOf(times[0] ?? 0),
    to: timeOf(times.at(-1) ?? 0),
    metrics,
    againstPersistence,
    skill:
      metrics.skill === null
        ? null
        : {
            value: metrics.skill,
            lower: share(againstPersistence.lower),
            upper: share(againstPersistence.upper),
          },
    stretches: stretchesOf(scored, timeOf),
    equity: equityOf(scored, fee, timeOf),
    pairs: pairsOf(scored),
    deciles: decilesOf(scored),
    reliability: reliabilityOf(scored),
  };
}
