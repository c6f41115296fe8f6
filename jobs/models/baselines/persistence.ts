import type { Dataset } from '../dataset.ts';
import { checkFit } from '../fitOptions.ts';
import type { Algorithm, FitOptions, Fitted } from '../model.ts';
import { completeParameters, type Parameters } from '../parameters.ts';
import { LinearModel } from './linear.ts';
import { weightedMean, weightedQuantiles } from './weighted.ts';

/**
 * No change: a return of 0, whatever the features. Its quantiles are those of the training labels, its probability of a
 * direction is how often it came.
 */
export class PersistenceAlgorithm implements Algorithm {
  readonly name = 'persistence';
  readonly about = 'Predicts no change: what every model has to beat.';
  readonly parameters = {};

  async fit(dataset: Dataset, given: Parameters, options: FitOptions): Promise<Fitted> {
    checkFit(dataset, options);
    completeParameters(this.parameters, given);
    const { features } = dataset.matrix;
    const nothing = new Float64Array(features.length);
    const model = new LinearModel({
      algorithm: this.name,
      objective: options.objective,
      features,
      scaling: { means: nothing, deviations: nothing },
      coefficients: nothing,
      intercepts: intercepts(dataset, options),
    });
    return { model, report: { stoppedBy: 'nothing-left', rounds: 0, kept: 0, losses: [] } };
  }

  load(bytes: Uint8Array): LinearModel {
    return LinearModel.load(bytes, this.name);
  }
}

function intercepts({ labels, weights }: Dataset, { objective }: FitOptions): readonly number[] {
  switch (objective.kind) {
    case 'squared-error':
      return [0];
    case 'binary-logistic':
      return [weightedMean(labels, weights)];
    case 'quantile':
      return weightedQuantiles(labels, weights, objective.quantiles);
  }
}
