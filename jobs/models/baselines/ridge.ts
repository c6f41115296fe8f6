import type { Dataset } from '../dataset.ts';
import { BadDataset } from '../errors.ts';
import { checkFit } from '../fitOptions.ts';
import type { Algorithm, FitOptions, Fitted } from '../model.ts';
import { completeParameters, type Parameters, type ParameterTable } from '../parameters.ts';
import { solveCholesky } from './cholesky.ts';
import { LinearModel } from './linear.ts';
import { measureScaling, type Scaling, standardised } from './standardise.ts';
import { weightedMean, weightedQuantiles } from './weighted.ts';

/** Features at most: the normal equations are solved whole. */
export const MOST_RIDGE_FEATURES = 1000;

const PARAMETERS = {
  l2: {
    about: 'Pull of the coefficients towards 0, as a multiple of what one row of average weight says.',
    // For returns over minutes: with 50 features that explain a hundredth of them, about as much as is best.
    standard: 1000,
    low: 0.000001,
    high: 1e9,
    whole: false,
    logarithmic: true,
  },
} as const satisfies ParameterTable;

/**
 * Linear least squares with a squared penalty on standardised features (Hoerl and Kennard 1970), missing values at their mean.
 * Quantiles are the line moved by the quantiles of its residuals; a direction is fitted as 0 and 1 (linear probability model).
 */
export class RidgeAlgorithm implements Algorithm {
  readonly name = 'ridge';
  readonly about = 'Ridge regression: a straight line with a penalty, no native library.';
  readonly parameters = PARAMETERS;

  /** Solved in one step: rounds, patience, seed and limits of time do not apply. */
  async fit(dataset: Dataset, given: Parameters, options: FitOptions): Promise<Fitted> {
    checkFit(dataset, options);
    const { l2 } = completeParameters(PARAMETERS, given) as { readonly l2: number };
    const { features } = dataset.matrix;
    if (features.length > MOST_RIDGE_FEATURES)
      throw new BadDataset(
        `The training set has ${features.length} features;`,
        `ridge takes at most ${MOST_RIDGE_FEATURES}: drop some.`,
      );
    const scaling = measureScaling(dataset);
    const mean = weightedMean(dataset.labels, dataset.weights);
    const { coefficients, centre } = solve(dataset, scaling, mean, l2);
    const state = { algorithm: this.name, features, scaling, coefficients } as const;
    const line = new LinearModel({ ...state, objective: { kind: 'squared-error' }, intercepts: [centre] });
    const { objective } = options;
    const intercepts =
      objective.kind === 'quantile'
        ? residualQuantiles(dataset, line, objective.quantiles).map((move) => centre + move)
        : [centre];
    const model = new LinearModel({ ...state, objective, intercepts });
    return { model, report: { stoppedBy: 'nothing-left', rounds: 1, kept: 1, losses: [] } };
  }

  load(bytes: Uint8Array): LinearModel {
    return LinearModel.load(bytes, this.name);
  }
}

function residualQuantiles(
  dataset: Dataset,
  line: LinearModel,
  quantiles: readonly number[],
): readonly number[] {
  const { values } = line.predict(dataset.matrix);
  const residuals = values.map((value, row) => (dataset.labels[row] ?? 0) - value);
  return weightedQuantiles(residuals, dataset.weights, quantiles);
}

/**
 * (ZᵀWZ + λI) β = ZᵀW(y − ȳ) over standardised Z. Imputed values are at the mean of the rows that have them, so the columns of Z
 * are centred and the intercept is the mean label.
 */
function solve(
  { matrix, labels, weights }: Dataset,
  scaling: Scaling,
  mean: number,
  l2: number,
): { readonly coefficients: Float64Array; readonly centre: number } {
  const size = matrix.features.length;
  const squares = new Float64Array(size * size);
  const right = new Float64Array(size);
  const line = new Float64Array(size);
  const averageWeight = weights === null ? 1 : weightedMean(weights, null);
  for (let row = 0; row < matrix.rows; row++) {
    const weight = weights?.[row] ?? 1;
    for (let column = 0; column < size; column++) line[column] = standardised(matrix, scaling, row, column);
    const rest = (labels[row] ?? 0) - mean;
    for (let i = 0; i < size; i++) {
      const scaled = weight * (line[i] ?? 0);
      if (scaled === 0) continue;
      right[i] = (right[i] ?? 0) + scaled * rest;
      for (let j = 0; j <= i; j++)
        squares[i * size + j] = (squares[i * size + j] ?? 0) + scaled * (line[j] ?? 0);
    }
  }
  for (let i = 0; i < size; i++) squares[i * size + i] = (squares[i * size + i] ?? 0) + l2 * averageWeight;
  const coefficients = solveCholesky(squares, right);
  if (coefficients === null)
    throw new BadDataset('The features of the training set depend on each other too much;', 'raise l2.');
  return { coefficients, centre: mean };
}
