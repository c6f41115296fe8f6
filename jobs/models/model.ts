import type { Clock } from '../../engine/clock.ts';
import type { Dataset } from './dataset.ts';
import type { Matrix } from './matrix.ts';
import type { Objective } from './objective.ts';
import type { Parameters, ParameterTable } from './parameters.ts';

/** The algorithms that Tickwave knows; persistence and ridge need no native library. */
export type AlgorithmName = 'persistence' | 'ridge' | 'xgboost' | 'lightgbm';

/** Predictions, row-major: output o of row r is `values[r * outputs + o]`, in the unit of the labels or a probability. */
export interface Predictions {
  readonly rows: number;
  readonly outputs: number;
  readonly values: Float64Array;
}

/**
 * What each feature added to each prediction (SHAP values). Feature f of output o of row r is
 * `values[(r * outputs + o) * (features + 1) + f]`; the last of the `features + 1` is what is predicted on average. The sum
 * is the prediction before its link: log-odds for the probability of boosted trees, else in the labels' unit.
 */
export interface Contributions {
  readonly rows: number;
  readonly outputs: number;
  readonly features: number;
  readonly values: Float64Array;
}

/** A trained model. Asking it is synchronous: give large sets in parts. */
export interface Model {
  readonly algorithm: AlgorithmName;
  readonly objective: Objective;
  /** What it was trained on, in order; rows must have the same. */
  readonly features: readonly string[];
  /** Names of what `save` can write, the usual one first. */
  readonly formats: readonly [string, ...string[]];

  /** @throws WrongFeatures, BadDataset */
  predict(rows: Matrix): Predictions;
  /** @throws WrongFeatures, BadDataset */
  contributions(rows: Matrix): Contributions;
  /** Each feature's share of what the model learned; all together 1, or each 0 when it learned nothing. */
  importance(): ReadonlyMap<string, number>;
  /** The model as bytes; `Algorithm.load` reads every format. */
  save(format?: string): Uint8Array;
}

/** How a model is trained. */
export interface FitOptions {
  readonly objective: Objective;
  /** Rows that are not trained on; training stops when its loss on them stops falling. */
  readonly validation?: Dataset;
  /** Trees at most (per quantile). */
  readonly rounds: number;
  /** Rounds without a lower loss on the validation set until training stops. Null: never. The best round's model is kept. */
  readonly patience: number | null;
  /** The same seed, data, parameters and rounds give the same model, byte for byte. */
  readonly seed: number;
  /** Where the time limit is taken from. */
  readonly clock: Clock;
  /** Milliseconds; the model is what was trained until then, at least one round. */
  readonly timeLimitMs?: number;
  /** Memory that training may take beyond what the process holds, in bytes. */
  readonly memoryLimitBytes?: number;
  /** Calls training off between two rounds. */
  readonly signal?: AbortSignal;
  /** Told after each round: how many are done, and the loss on the validation set. */
  readonly onRound?: (rounds: number, loss: number | null) => void;
}

/** Why training ended: `nothing-left` is when no tree lowers the loss any more. */
export type StoppedBy = 'rounds' | 'early-stopping' | 'time' | 'nothing-left';

/** How training went. */
export interface FitReport {
  readonly stoppedBy: StoppedBy;
  /** Rounds trained. */
  readonly rounds: number;
  /** Rounds kept in the model. */
  readonly kept: number;
  /** Loss on the validation set after each round: root mean squared error, logistic loss or quantile loss; empty without one. */
  readonly losses: readonly number[];
}

/** A model and how it was trained. */
export interface Fitted {
  readonly model: Model;
  readonly report: FitReport;
}

/** A way to train models. */
export interface Algorithm {
  readonly name: AlgorithmName;
  /** One sentence for people. */
  readonly about: string;
  readonly parameters: ParameterTable;

  /**
   * Trains a model; parameters that are not given have their standard value.
   * @throws BadDataset, BadParameter, TrainingCancelled, TrainingLimit, LibraryFailed
   */
  fit(dataset: Dataset, parameters: Parameters, options: FitOptions): Promise<Fitted>;
  /** Reads what `Model.save` wrote. @throws UnreadableModel */
  load(bytes: Uint8Array): Model;
}
