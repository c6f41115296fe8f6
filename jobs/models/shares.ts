/** Amounts as shares of their sum, by feature; each 0 when the sum is. */
export function sharesOf(features: readonly string[], amounts: Float64Array): ReadonlyMap<string, number> {
  const sum = amounts.reduce((all, amount) => all + amount, 0);
  return new Map(features.map((name, index) => [name, sum > 0 ? (amounts[index] ?? 0) / sum : 0]));
}
