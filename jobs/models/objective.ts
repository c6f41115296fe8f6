import { BadParameter } from './errors.ts';

/** What a model is trained to predict. */
export type Objective =
  /** The mean: least squares. Labels in any unit; predictions in the same. */
  | { readonly kind: 'squared-error' }
  /** The probability of label 1; labels from 0 to 1. */
  | { readonly kind: 'binary-logistic' }
  /** One output a quantile, as 0.05 and 0.95 for the bounds of a 90 % interval. Bounds may cross: each is fitted on its own. */
  | { readonly kind: 'quantile'; readonly quantiles: readonly number[] };

/** Quantiles of one model at most. */
export const MOST_QUANTILES = 32;

/** How many numbers a prediction has. */
export function outputsOf(objective: Objective): number {
  return objective.kind === 'quantile' ? objective.quantiles.length : 1;
}

/** @throws BadParameter when quantiles are not rising numbers between 0 and 1. */
export function checkObjective(objective: Objective): void {
  if (objective.kind !== 'quantile') return;
  const { quantiles } = objective;
  const rising = quantiles.every(
    (quantile, index) => quantile > (index === 0 ? 0 : (quantiles[index - 1] ?? 0)) && quantile < 1,
  );
  if (quantiles.length === 0 || quantiles.length > MOST_QUANTILES || !rising)
    throw new BadParameter(
      `quantiles are [${quantiles.join(', ')}];`,
      `give 1 to ${MOST_QUANTILES} rising numbers between 0 and 1.`,
    );
}
