import type { Dataset } from '../../models/dataset.ts';
import { recencyWeights } from './weights.ts';

/** One market. */
export interface Market {
  readonly exchange: string;
  /** As `BTC/USD`. */
  readonly symbol: string;
}

/** What models are trained and measured on: rows of `training_set` of one horizon, by time, then by market. */
export interface TrainingRows {
  /** How many minutes ahead the returns look. */
  readonly horizonMinutes: number;
  /** The markets, in the order of `markets` in the range asked for. */
  readonly markets: readonly Market[];
  /** Names of the features, in the order of `values`. */
  readonly features: readonly string[];
  /** Start of each row's minute, milliseconds since the Unix epoch; never falling. */
  readonly times: Float64Array;
  /** Index of each row's market in `markets`. */
  readonly market: Uint16Array;
  /** Close of each row's minute, in quote currency. */
  readonly closes: Float64Array;
  /** Log return of each row over the horizon. */
  readonly returns: Float64Array;
  /** Row-major features, rounded to float32; NaN where there is none. */
  readonly values: Float32Array;
}

/** Rows from `from` on and before `to`. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

/** What is learned of a return: its size, or whether it is above 0. */
export type Target = 'return' | 'direction';

/** A part of the rows as a dataset; values and returns are not copied. */
export function datasetOf(
  rows: TrainingRows,
  { from, to }: RowRange,
  target: Target,
  halfLifeMs: number | null,
): Dataset {
  const columns = rows.features.length;
  const returns = rows.returns.subarray(from, to);
  return {
    matrix: {
      features: rows.features,
      rows: to - from,
      values: rows.values.subarray(from * columns, to * columns),
    },
    labels: target === 'return' ? returns : returns.map((forward) => (forward > 0 ? 1 : 0)),
    weights: halfLifeMs === null ? null : recencyWeights(rows.times.subarray(from, to), halfLifeMs),
  };
}
