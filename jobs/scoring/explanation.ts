import { createHash } from 'node:crypto';

/** Features that are named with a prediction. */
const NAMED = 5;

/**
 * Which features moved a prediction most, as JSON: `[{"feature":"rsi_14","value":0.00012}, …]`, in log return, the largest
 * first, six significant digits. Features that moved nothing are left out.
 *
 * @param amounts what each feature added, in their order
 */
export function topContributions(features: readonly string[], amounts: Float64Array): string {
  const size = (index: number): number => Math.abs(amounts[index] ?? 0);
  const named = features
    .map((_, index) => index)
    .filter((index) => size(index) > 0)
    .sort((a, b) => size(b) - size(a) || ((features[a] ?? '') < (features[b] ?? '') ? -1 : 1))
    .slice(0, NAMED)
    .map((index) => ({ feature: features[index], value: Number((amounts[index] ?? 0).toPrecision(6)) }));
  return JSON.stringify(named);
}

/** Hash of what a model was given: the first half of the SHA-256 of its float32 values, little-endian, in the model's order. */
export function featuresHash(values: Float32Array): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}
