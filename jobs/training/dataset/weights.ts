import { BadParameter } from '../../models/errors.ts';

/** A row weighs at least this share of the newest: weights of 0 are refused by the libraries. */
const LEAST_SHARE = 1e-6;

/**
 * Weights that halve with every half-life back from the newest row, 1 on average so that parameters that count weight (a
 * leaf's least, a penalty) mean the same with and without them.
 *
 * @param times milliseconds since the Unix epoch, never falling
 * @throws BadParameter
 */
export function recencyWeights(times: Float64Array, halfLifeMs: number): Float64Array {
  if (!(halfLifeMs > 0 && Number.isFinite(halfLifeMs)))
    throw new BadParameter(`The half-life is ${halfLifeMs} ms;`, 'give a number above 0, or null for none.');
  const newest = times[times.length - 1] ?? 0;
  const shares = times.map((time) => Math.max(LEAST_SHARE, 2 ** ((time - newest) / halfLifeMs)));
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  return shares.map((share) => share / mean);
}
