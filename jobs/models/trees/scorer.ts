import { UnreadableModel } from '../errors.ts';
import type { Objective } from '../objective.ts';
import { outputsOf } from '../objective.ts';
import { sigmoid } from './expf.ts';
import { type Forest, readForest } from './forest.ts';
import { type ModelFile, readModelFile } from './modelFile.ts';

/**
 * Scores rows with an XGBoost model without XGBoost, many times faster than a call of the library for a single row, with the
 * same bits: float32 sums in the library's order.
 *
 * @example
 * const scorer = TreeScorer.read(model.save('json'));
 * scorer.score(new Float32Array([0.1, NaN, 3]), 1, out);
 */
export class TreeScorer {
  readonly features: readonly string[];
  readonly objective: Objective;
  /** Numbers that a prediction has. */
  readonly outputs: number;
  /**
   * False when the probability's start is not even odds: the library takes its logarithm in float32, which here may differ in
   * the last bit.
   */
  readonly exact: boolean;
  readonly #forest: Forest;
  readonly #starts: Float32Array;

  private constructor(file: ModelFile) {
    const { learner } = file;
    this.features = learner.feature_names;
    this.objective = objectiveOf(file);
    this.outputs = outputsOf(this.objective);
    this.#forest = readForest(file, this.outputs);
    const { base_score: scores, num_feature: columns } = learner.learner_model_param;
    if (this.features.length !== columns)
      throw unreadable(`it has ${columns} features and names ${this.features.length} of them`);
    if (scores.length !== 1 && scores.length !== this.outputs)
      throw unreadable(`it has ${scores.length} starts for ${this.outputs} outputs`);
    const logistic = this.objective.kind === 'binary-logistic';
    this.exact = !logistic || scores[0] === 0.5;
    this.#starts = Float32Array.from({ length: this.outputs }, (_, output) => {
      const score = scores[scores.length === 1 ? 0 : output] ?? 0;
      return logistic ? logit(score) : score;
    });
  }

  /** Reads an XGBoost model in JSON or UBJ. @throws UnreadableModel */
  static read(bytes: Uint8Array): TreeScorer {
    return new TreeScorer(readModelFile(bytes));
  }

  /** Scores `rows` rows of `values`, row-major as a `Matrix`, into `into`: `rows * outputs` numbers. Infinities are compared as they are. */
  score(values: Float32Array, rows: number, into: Float64Array): void {
    const { outputs } = this;
    const columns = this.features.length;
    const logistic = this.objective.kind === 'binary-logistic';
    for (let row = 0; row < rows; row++)
      for (let output = 0; output < outputs; output++) {
        const margin = this.#margin(values, row * columns, output);
        into[row * outputs + output] = logistic ? sigmoid(margin) : margin;
      }
  }

  /** What the splits on each feature saved of the loss, summed over all trees. */
  gains(): Float64Array {
    const { feature, gain } = this.#forest;
    const gains = new Float64Array(this.features.length);
    for (let node = 0; node < feature.length; node++) {
      const asked = feature[node] ?? -1;
      if (asked >= 0) gains[asked] = (gains[asked] ?? 0) + (gain[node] ?? 0);
    }
    return gains;
  }

  // The hot loop: `as number` as an index that is in range needs no check of ours.
  #margin(values: Float32Array, offset: number, output: number): number {
    const { feature, threshold, left, right, missing, roots } = this.#forest;
    const trees = roots[output] as Int32Array;
    let sum = this.#starts[output] as number;
    for (let tree = 0; tree < trees.length; tree++) {
      let node = trees[tree] as number;
      for (let asked = feature[node] as number; asked >= 0; asked = feature[node] as number) {
        const value = values[offset + asked] as number;
        if (value < (threshold[node] as number)) node = left[node] as number;
        else if (value >= (threshold[node] as number)) node = right[node] as number;
        else node = missing[node] as number;
      }
      sum = Math.fround(sum + (threshold[node] as number));
    }
    return sum;
  }
}

function objectiveOf({ learner: { objective } }: ModelFile): Objective {
  switch (objective.name) {
    case 'reg:squarederror':
      return { kind: 'squared-error' };
    case 'binary:logistic':
      return { kind: 'binary-logistic' };
    case 'reg:quantileerror':
      return { kind: 'quantile', quantiles: objective.quantile_loss_param?.quantile_alpha ?? [] };
    default:
      throw unreadable(`its objective is ${objective.name}`);
  }
}

function logit(probability: number): number {
  if (!(probability > 0 && probability < 1)) throw unreadable(`its start is the probability ${probability}`);
  return -Math.log(Math.fround(Math.fround(1 / Math.fround(probability)) - 1));
}

function unreadable(what: string): UnreadableModel {
  return new UnreadableModel(
    `The model cannot be scored (${what});`,
    'load a model of squared error, logistic or quantile loss with named features.',
  );
}
