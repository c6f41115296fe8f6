import { PARTS, type Part } from '../registry/bundle.ts';
import type { Market, RowRange, TrainingRows } from './dataset/trainingRows.ts';
import { fitParts, type Trainer } from './fit.ts';
import type { Fold } from './folds.ts';
import { type Metrics, measure } from './metrics/metrics.ts';
import { joinScored, type Scored, scoredWhere } from './metrics/scored.ts';
import { predictParts } from './predict.ts';
import { absoluteErrors, type Comparison, compareLosses } from './significance/compare.ts';

/** One walk of an evaluation. */
export interface FoldResult {
  /** First and last minute of what was learned and of what was asked, ISO 8601 in UTC. */
  readonly train: Span;
  readonly test: Span;
  /** Rounds kept of each model. */
  readonly rounds: Readonly<Record<Part, number>>;
  readonly metrics: Metrics;
}

/** First and last minute of a part, both included. */
export interface Span {
  readonly from: string;
  readonly to: string;
  readonly rows: number;
}

/** How good an algorithm is on rows that it had not seen; plain JSON. */
export interface Evaluation {
  readonly folds: readonly FoldResult[];
  /** All test rows together. */
  readonly pooled: Metrics;
  readonly byMarket: readonly { readonly market: Market; readonly metrics: Metrics }[];
  /** Whether the absolute error is below that of predicting no change. */
  readonly againstPersistence: Comparison;
}

/** An evaluation with the predictions that it is of. */
export interface Evaluated {
  readonly evaluation: Evaluation;
  readonly scored: Scored;
}

/**
 * Walks forward: in each fold the models learn from its past and are asked about its test block.
 *
 * @param folds one at least
 */
export async function evaluate(
  trainer: Trainer,
  rows: TrainingRows,
  folds: readonly Fold[],
  onFold: (done: number) => void = () => {},
): Promise<Evaluated> {
  const { settings } = trainer;
  const most = { return: settings.rounds, interval: settings.rounds, direction: settings.rounds };
  const results: FoldResult[] = [];
  const parts: Scored[] = [];
  for (const { train, validation, test } of folds) {
    const { models, rounds } = await fitParts(trainer, rows, train, validation, most);
    const scored = await predictParts(models, rows, test, settings.level);
    parts.push(scored);
    const metrics = measure(scored, settings.fee);
    results.push({ train: spanOf(rows, train), test: spanOf(rows, test), rounds, metrics });
    onFold(results.length);
  }
  const scored = joinScored(parts as [Scored, ...Scored[]]);
  return { evaluation: { folds: results, ...summary(scored, rows, trainer) }, scored };
}

/** Rounds to train with on all rows: the median of what the folds kept. */
export function medianRounds(folds: readonly FoldResult[]): Record<Part, number> {
  const median = (part: Part): number => {
    const kept = folds.map(({ rounds }) => rounds[part]).sort((a, b) => a - b);
    return Math.max(1, kept[Math.floor(kept.length / 2)] ?? 1);
  };
  return Object.fromEntries(PARTS.map((part) => [part, median(part)])) as Record<Part, number>;
}

function summary(
  scored: Scored,
  { markets, horizonMinutes }: TrainingRows,
  { settings }: Trainer,
): Omit<Evaluation, 'folds'> {
  const nothing = new Float64Array(scored.actual.length);
  return {
    pooled: measure(scored, settings.fee),
    byMarket: markets.flatMap((market, index) => {
      const own = scoredWhere(scored, (row) => scored.market[row] === index);
      return own.times.length === 0 ? [] : [{ market, metrics: measure(own, settings.fee) }];
    }),
    againstPersistence: compareLosses(
      scored.times,
      absoluteErrors(scored.actual, nothing),
      absoluteErrors(scored.actual, scored.predicted),
      { horizonMinutes, seed: settings.seed },
    ),
  };
}

/** A part of the rows in words. */
export function spanOf({ times }: TrainingRows, { from, to }: RowRange): Span {
  const iso = (row: number): string => new Date(times[row] ?? Number.NaN).toISOString();
  return { from: iso(from), to: iso(to - 1), rows: to - from };
}
