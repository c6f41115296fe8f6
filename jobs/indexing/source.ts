/** A table or view whose rows are documents of the monitoring index. Its columns are found in the database: SQL decides them. */
export interface Source {
  /** Part of the names of its indices, and how `index_progress` calls it. */
  readonly name: string;
  readonly relation: string;
  /** Rows that are left out do not meet this condition, in SQL. */
  readonly only?: string;
  /** Column by which documents are spread over indices, and by which they age. */
  readonly time: string;
  /** Columns that tell a row from every other; they make the document's id. */
  readonly key: readonly string[];
  /** How much time one index has. Indices of `ever` are small and kept. */
  readonly period: Period;
}

/** How much time one index has. */
export type Period = 'day' | 'month' | 'ever';

const PREDICTION = ['exchange', 'symbol', 'window_start', 'horizon_minutes', 'model', 'version'];

/** Everything that is indexed. What is not in the database is left out until it is. */
export const SOURCES: readonly Source[] = [
  { name: 'predictions', relation: 'predictions', time: 'window_start', key: PREDICTION, period: 'day' },
  { name: 'errors', relation: 'prediction_errors', time: 'window_start', key: PREDICTION, period: 'day' },
  {
    ...{ name: 'accuracy', relation: 'accuracy_1h', time: 'hour', period: 'month' },
    key: ['exchange', 'symbol', 'horizon_minutes', 'model', 'version', 'hour'],
  },
  {
    ...{ name: 'training-runs', relation: 'job_runs', only: "kind = 'train'", period: 'ever' },
    time: 'started_at',
    key: ['kind', 'run'],
  },
  { name: 'models', relation: 'models', time: 'created_at', key: ['name', 'version'], period: 'ever' },
  {
    ...{ name: 'decisions', relation: 'promotions', time: 'decided_at', period: 'ever' },
    key: ['name', 'decision'],
  },
  {
    ...{ name: 'health', relation: 'pipeline_health', time: 'sampled_at', period: 'day' },
    key: ['sampled_at', 'exchange', 'symbol'],
  },
  {
    ...{ name: 'alerts', relation: 'alerts', time: 'since', period: 'month' },
    key: ['rule', 'subject', 'episode'],
  },
  {
    // The newest check of a feature is its state.
    ...{ name: 'drift-checks', relation: 'drift_checks', time: 'checked_through', period: 'month' },
    key: ['model', 'version', 'feature', 'checked_through'],
  },
  {
    ...{ name: 'retraining', relation: 'retraining_decisions', time: 'decided_at', period: 'ever' },
    key: ['name', 'decision'],
  },
];

const HOUR = 3_600_000;

/** Length of a span in milliseconds: what is compared and indexed at once. Null when that is all there is. */
export function spanOf({ period }: Source): number | null {
  return period === 'ever' ? null : period === 'day' ? HOUR : 24 * HOUR;
}
