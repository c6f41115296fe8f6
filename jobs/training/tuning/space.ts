import type { AlgorithmName } from '../../models/model.ts';
import type { Parameters } from '../../models/parameters.ts';
import { randomStream } from '../random.ts';

/** Where a search looks for one parameter. */
export interface SearchRange {
  /** Both ends are drawn. */
  readonly low: number;
  readonly high: number;
  readonly whole?: boolean;
  /** Draws the logarithm evenly: factors matter. */
  readonly logarithmic?: boolean;
}

/** Where a search looks, by parameter. */
export type SearchSpace = Readonly<Record<string, SearchRange>>;

/**
 * Narrower than what algorithms allow. Parameters in the unit of the loss (`l1`, `splitGain`) stay at their standards: returns
 * over minutes are thousandths, and most of their ranges would switch learning off.
 */
const BOOSTING: SearchSpace = {
  learningRate: { low: 0.01, high: 0.3, logarithmic: true },
  depth: { low: 2, high: 8, whole: true },
  leafWeight: { low: 1, high: 1000, logarithmic: true },
  rowShare: { low: 0.4, high: 1 },
  featureShare: { low: 0.3, high: 1 },
  l2: { low: 0.01, high: 1000, logarithmic: true },
};

const SPACES: Readonly<Record<AlgorithmName, SearchSpace>> = {
  persistence: {},
  ridge: { l2: { low: 1, high: 1e6, logarithmic: true } },
  xgboost: BOOSTING,
  lightgbm: BOOSTING,
};

/** Where the parameters of an algorithm are looked for; empty when there is nothing to tune. */
export function searchSpace(algorithm: AlgorithmName): SearchSpace {
  return SPACES[algorithm];
}

/** The parameters of one trial: the same for the same seed and number, whatever was drawn before. */
export function drawParameters(space: SearchSpace, seed: number, trial: number): Parameters {
  const random = randomStream(seed, `trial ${trial}`);
  const drawn = Object.entries(space).map(([name, range]) => [name, draw(range, random())] as const);
  return Object.fromEntries(drawn);
}

function draw({ low, high, whole = false, logarithmic = false }: SearchRange, uniform: number): number {
  if (whole) return low + Math.floor(uniform * (high - low + 1));
  const value = logarithmic ? low * (high / low) ** uniform : low + (high - low) * uniform;
  // Six digits are enough for a parameter, and read well.
  return Math.min(high, Math.max(low, Number(value.toPrecision(6))));
}
