/** How good the bounds are. */
export interface IntervalMetrics {
  /** Share of returns that should fall between the bounds. */
  readonly level: number;
  /** Share that did, both bounds included. */
  readonly coverage: number;
  /** Pinball loss of each bound, in log return. */
  readonly lowerLoss: number;
  readonly upperLoss: number;
}

/** The two quantiles that bound the middle `level` of outcomes: 0.1 and 0.9 for 0.8. */
export function quantilesOf(level: number): readonly [lower: number, upper: number] {
  const lower = Number(((1 - level) / 2).toFixed(12));
  return [lower, Number((1 - lower).toFixed(12))];
}

/** Measures bounds against what came. */
export function intervalMetrics(
  actual: Float64Array,
  lower: Float64Array,
  upper: Float64Array,
  level: number,
): IntervalMetrics {
  const held = actual.reduce(
    (count, came, row) => count + (came >= (lower[row] ?? 0) && came <= (upper[row] ?? 0) ? 1 : 0),
    0,
  );
  const [low, high] = quantilesOf(level);
  return {
    level,
    coverage: held / actual.length,
    lowerLoss: pinballLoss(actual, lower, low),
    upperLoss: pinballLoss(actual, upper, high),
  };
}

/** Mean pinball (quantile) loss: what came above the bound counts `quantile`, below it 1 - quantile (Koenker and Bassett 1978). */
export function pinballLoss(actual: Float64Array, bound: Float64Array, quantile: number): number {
  const losses = actual.reduce((sum, came, row) => {
    const above = came - (bound[row] ?? 0);
    return sum + (above >= 0 ? quantile * above : (quantile - 1) * above);
  }, 0);
  return losses / actual.length;
}
