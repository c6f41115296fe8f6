import type { Dataset } from '../dataset.ts';
import type { Matrix } from '../matrix.ts';

/** Where each feature lies and how far it spreads, over the rows that have it. */
export interface Scaling {
  readonly means: Float64Array;
  /** Standard deviations; 0 for a feature that is constant or never there, which then counts for nothing. */
  readonly deviations: Float64Array;
}

/** Measures the features of a dataset. Missing values are left out, each feature on its own. */
export function measureScaling({ matrix, weights }: Dataset): Scaling {
  const { rows, values, features } = matrix;
  const columns = features.length;
  const means = new Float64Array(columns);
  const deviations = new Float64Array(columns);
  for (let column = 0; column < columns; column++) {
    let total = 0;
    let mean = 0;
    let squares = 0;
    // Welford's update with weights (West 1979): one pass, no cancellation.
    for (let row = 0; row < rows; row++) {
      const value = values[row * columns + column] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      const weight = weights?.[row] ?? 1;
      total += weight;
      const step = value - mean;
      mean += (weight / total) * step;
      squares += weight * step * (value - mean);
    }
    means[column] = mean;
    const deviation = total > 0 ? Math.sqrt(squares / total) : 0;
    // Below the rounding of float32 there is nothing to learn from.
    deviations[column] = deviation > Math.abs(mean) * 1e-7 ? deviation : 0;
  }
  return { means, deviations };
}

/** One value in standard deviations from its mean; a missing one is put at the mean, 0. */
export function standardised(
  { values, features }: Matrix,
  scaling: Scaling,
  row: number,
  column: number,
): number {
  const value = values[row * features.length + column] ?? Number.NaN;
  const deviation = scaling.deviations[column] ?? 0;
  return Number.isNaN(value) || deviation === 0 ? 0 : (value - (scaling.means[column] ?? 0)) / deviation;
}
