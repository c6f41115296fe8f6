import type { Algorithms } from '../models/algorithms.ts';
import { BadParameter } from '../models/errors.ts';
import type { Algorithm, AlgorithmName } from '../models/model.ts';
import type { Parameters } from '../models/parameters.ts';
import type { FoldOptions } from './folds.ts';
import { STANDARD_FEE } from './metrics/trading.ts';

/** How a model is trained and measured. */
export interface TrainSettings {
  /** `auto` is XGBoost where its library is found, else ridge. */
  readonly algorithm: AlgorithmName | 'auto';
  /** Of the algorithm, beside their standards; where tuning is asked for, what it starts from. */
  readonly parameters: Parameters;
  /** Search for parameters before; null for none. */
  readonly tuning: TuningSettings | null;
  readonly folds: FoldOptions;
  /** Share of returns that should fall into the interval. */
  readonly level: number;
  /** Share of a position's value that a trade costs, in the trading rule. */
  readonly fee: number;
  /** Trees at most, and rounds without a lower loss until training stops. */
  readonly rounds: number;
  readonly patience: number;
  /** Rows weigh half as much this long ago, in milliseconds; null when all weigh the same. */
  readonly halfLifeMs: number | null;
  readonly seed: number;
  /** Milliseconds that one fit may take, and bytes beyond what the process holds; null for no limit. */
  readonly fitTimeLimitMs: number | null;
  readonly memoryLimitBytes: number | null;
}

/** Budget of a search; it ends with whichever runs out first. */
export interface TuningSettings {
  /** Sets of parameters tried, beside the standard ones. */
  readonly trials: number;
  /** Seconds after which none is begun; null for no limit. */
  readonly seconds: number | null;
  /** Fits at a time; more than there are training threads only wait for each other. */
  readonly parallel: number;
}

/** What is used where nothing is said; the embargo is to be set to the horizon. */
export const STANDARD_SETTINGS: TrainSettings = {
  algorithm: 'auto',
  parameters: {},
  tuning: null,
  folds: { folds: 5, testShare: 0.5, slidingMs: null, embargoMs: 5 * 60_000, validationShare: 0.15 },
  level: 0.8,
  fee: STANDARD_FEE,
  rounds: 500,
  patience: 30,
  halfLifeMs: null,
  seed: 1,
  fitTimeLimitMs: null,
  memoryLimitBytes: null,
};

/** @throws BadParameter when the algorithm cannot be used here */
export function chooseAlgorithm(name: TrainSettings['algorithm'], algorithms: Algorithms): Algorithm {
  const { available, unavailable } = algorithms;
  const chosen = name === 'auto' ? (available.get('xgboost') ?? available.get('ridge')) : available.get(name);
  if (chosen !== undefined) return chosen;
  const missing = unavailable.find((algorithm) => algorithm.name === name);
  throw new BadParameter(
    `The algorithm ${name} cannot be used on this machine;`,
    missing?.remedy ?? `there are ${[...available.keys()].join(', ')}.`,
  );
}

/** @throws BadParameter; folds, rounds and limits are checked where they are used */
export function checkSettings({ level, fee, tuning }: TrainSettings): void {
  if (!(level > 0 && level < 1))
    throw new BadParameter(`level is ${level};`, 'give a share above 0 and below 1, as 0.8.');
  if (!(fee >= 0 && fee < 1))
    throw new BadParameter(`fee is ${fee};`, 'give a share from 0 to below 1, as 0.001.');
  if (tuning === null) return;
  const { trials, seconds, parallel } = tuning;
  if (!Number.isInteger(trials) || trials < 1 || trials > 10_000)
    throw new BadParameter(`trials is ${trials};`, 'give a whole number from 1 to 10000.');
  if (seconds !== null && !(seconds > 0))
    throw new BadParameter(`seconds is ${seconds};`, 'give a number above 0, or null.');
  if (!Number.isInteger(parallel) || parallel < 1 || parallel > 64)
    throw new BadParameter(`parallel is ${parallel};`, 'give a whole number from 1 to 64.');
}
