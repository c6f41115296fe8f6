type Column = Float64Array | Float32Array;

/** The weighted mean; all weights 1 when there are none. */
export function weightedMean(values: Column, weights: Column | null): number {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < values.length; row++) {
    const weight = weights?.[row] ?? 1;
    sum += weight * (values[row] ?? 0);
    total += weight;
  }
  return sum / total;
}

/**
 * Weighted quantiles by linear interpolation between the midpoints of the values' shares of the weight (Hazen's plotting
 * positions when all weigh the same).
 */
export function weightedQuantiles(
  values: Column,
  weights: Column | null,
  quantiles: readonly number[],
): readonly number[] {
  const order = Array.from(values, (_, row) => row).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const total = order.reduce((sum, row) => sum + (weights?.[row] ?? 1), 0);
  let passed = 0;
  const points = order.map((row) => {
    const weight = weights?.[row] ?? 1;
    passed += weight;
    return { position: (passed - weight / 2) / total, value: values[row] ?? 0 };
  });
  return quantiles.map((quantile) => {
    const above = points.findIndex(({ position }) => position >= quantile);
    const high = points[above === -1 ? points.length - 1 : above];
    const low = points[above === -1 ? points.length - 1 : Math.max(0, above - 1)];
    if (high === undefined || low === undefined) return Number.NaN;
    const gap = high.position - low.position;
    const share = gap > 0 ? (quantile - low.position) / gap : 0;
    return low.value + share * (high.value - low.value);
  });
}
