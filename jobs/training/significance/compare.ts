import { BadDataset } from '../../models/errors.ts';
import { randomStream } from '../random.ts';
import { automaticBlockLength } from './blockLength.ts';
import { type BootstrapResult, blockBootstrap } from './bootstrap.ts';

/** How to compare. */
export interface CompareOptions {
  /** Horizon of the predictions in minutes: losses within it have moves in common. */
  readonly horizonMinutes: number;
  readonly seed: number;
  /** Standard 2,000. */
  readonly resamples?: number;
  /** Of the interval. Standard 0.95. */
  readonly confidence?: number;
}

/** By how much a model's mean loss is below another's on the same rows; `mean` is above 0 when it is better. */
export interface Comparison extends BootstrapResult {
  /** Minutes that were resampled. */
  readonly minutes: number;
}

/**
 * Tests whether a model loses less than a reference, persistence or another model, on the same rows. The differences of all
 * markets in a minute are resampled together, so what moves markets at once is not counted as if it were many facts. Blocks are
 * as long as the rule of Politis and White says, and twice the horizon at least, for returns that overlap.
 *
 * @param times start of each row's minute, never falling
 * @param reference loss of the reference for each row, as an absolute error
 * @param model loss of the model for each row
 * @throws BadDataset when lists differ in length or are empty; BadParameter
 */
export function compareLosses(
  times: Float64Array,
  reference: Float64Array,
  model: Float64Array,
  options: CompareOptions,
): Comparison {
  if (times.length === 0 || reference.length !== times.length || model.length !== times.length)
    throw new BadDataset(
      `There are ${reference.length} and ${model.length} losses of ${times.length} rows;`,
      'give one of each a row, and one row at least.',
    );
  const { sums, counts } = byMinute(
    times,
    reference.map((loss, row) => loss - (model[row] ?? 0)),
  );
  const { horizonMinutes, seed, resamples = 2000, confidence = 0.95 } = options;
  const rule = automaticBlockLength(sums.map((sum, minute) => sum / (counts[minute] ?? 1)));
  const blockLength = Math.min(sums.length, Math.max(Math.ceil(rule), 2 * horizonMinutes));
  const random = randomStream(seed, 'bootstrap');
  return {
    ...blockBootstrap(sums, counts, { blockLength, resamples, confidence, random }),
    minutes: sums.length,
  };
}

/** Absolute errors of predictions. */
export function absoluteErrors(actual: Float64Array, predicted: Float64Array): Float64Array {
  return actual.map((came, row) => Math.abs(came - (predicted[row] ?? 0)));
}

function byMinute(
  times: Float64Array,
  differences: Float64Array,
): { readonly sums: Float64Array; readonly counts: Float64Array } {
  const [sums, counts]: [number[], number[]] = [[], []];
  for (const [row, time] of times.entries()) {
    if (row === 0 || time !== times[row - 1]) {
      sums.push(0);
      counts.push(0);
    }
    const last = sums.length - 1;
    sums[last] = (sums[last] ?? 0) + (differences[row] ?? 0);
    counts[last] = (counts[last] ?? 0) + 1;
  }
  return { sums: Float64Array.from(sums), counts: Float64Array.from(counts) };
}
