import type { Scored } from '../training/metrics/scored.ts';
import { thinned } from './thinned.ts';

/** What was predicted of one row and what came: log returns. */
export interface Pair {
  readonly predicted: number;
  readonly realised: number;
}

/** A tenth of the rows by predicted return, with the means of both. */
export interface Decile extends Pair {
  readonly rows: number;
}

const MOST_PAIRS = 400;
/** Fewer rows a tenth are no mean worth showing. */
const LEAST_ROWS = 10;

/** Rows evenly spread over time. */
export function pairsOf({ predicted, actual }: Scored): readonly Pair[] {
  const pairs = Array.from(actual, (realised, row) => ({ predicted: predicted[row] ?? 0, realised }));
  return thinned(pairs, MOST_PAIRS);
}

/** Mean realised return of the rows with the lowest predictions, the next, …: it rises where predictions know something. */
export function decilesOf({ predicted, actual }: Scored): readonly Decile[] {
  const order = Array.from(predicted.keys()).sort((a, b) => (predicted[a] ?? 0) - (predicted[b] ?? 0));
  const parts = Math.min(10, Math.floor(order.length / LEAST_ROWS));
  return Array.from({ length: parts }, (_, part) => {
    const rows = order.slice(
      Math.round((part * order.length) / parts),
      Math.round(((part + 1) * order.length) / parts),
    );
    const mean = (of: Float64Array): number =>
      rows.reduce((sum, row) => sum + (of[row] ?? 0), 0) / rows.length;
    return { rows: rows.length, predicted: mean(predicted), realised: mean(actual) };
  });
}
