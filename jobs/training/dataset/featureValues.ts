/**
 * Writes the features of one row as float32, the precision that models learn and are asked in: training and scoring both
 * round here, so they agree to the last bit. A null becomes NaN, a missing value.
 *
 * @param values in the model's order, as the database gives doubles
 */
export function writeFeatures(values: readonly (number | null)[], into: Float32Array, offset: number): void {
  for (const [column, value] of values.entries()) into[offset + column] = value ?? Number.NaN;
}
