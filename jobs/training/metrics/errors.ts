/** Mean absolute error. */
export function meanAbsoluteError(actual: Float64Array, predicted: Float64Array): number {
  return actual.reduce((sum, value, row) => sum + Math.abs(value - (predicted[row] ?? 0)), 0) / actual.length;
}

/** Root mean squared error. */
export function rootMeanSquaredError(actual: Float64Array, predicted: Float64Array): number {
  const squares = actual.reduce((sum, value, row) => sum + (value - (predicted[row] ?? 0)) ** 2, 0);
  return Math.sqrt(squares / actual.length);
}

/** Share of the baseline's error that a model takes away, below 0 when it adds to it; null when there was none to take. */
export function skillAgainst(baselineError: number, modelError: number): number | null {
  return baselineError > 0 ? 1 - modelError / baselineError : null;
}

/** Prices that log returns lead to. */
export function pricesOf(closes: Float64Array, returns: Float64Array): Float64Array {
  return closes.map((close, row) => close * Math.exp(returns[row] ?? 0));
}
