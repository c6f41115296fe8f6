import { BadParameter } from '../../models/errors.ts';

/** What resampling says of a mean. */
export interface BootstrapResult {
  readonly mean: number;
  /** How often a series like this one with mean 0 has a mean this high by chance: small speaks for a mean above 0. */
  readonly pValue: number;
  /** Basic interval of the mean. */
  readonly lower: number;
  readonly upper: number;
  /** Share of intervals that hold the mean, as 0.95. */
  readonly confidence: number;
  readonly blockLength: number;
  readonly resamples: number;
}

/** How to resample. */
export interface BootstrapOptions {
  /** Whole number of observations, 1 to the length of the series. */
  readonly blockLength: number;
  readonly resamples: number;
  readonly confidence: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Resamples at most. */
export const MOST_RESAMPLES = 1_000_000;

/**
 * Mean of a dependent series and whether it is above 0, by the circular block bootstrap (Politis and Romano 1992): blocks from
 * random places, the end joined to the beginning, until the series is full. Sums and weights are resampled together, so
 * observations may stand for different numbers of rows.
 *
 * @param sums what each observation adds up to
 * @param counts rows that each observation stands for, above 0
 * @throws BadParameter
 */
export function blockBootstrap(
  sums: Float64Array,
  counts: Float64Array,
  options: BootstrapOptions,
): BootstrapResult {
  const { blockLength, resamples, confidence, random } = options;
  check(sums.length, options);
  const [running, weighing] = [circularSums(sums), circularSums(counts)];
  const length = sums.length;
  const mean = (running[length] ?? 0) / (weighing[length] ?? 1);
  const means = Float64Array.from({ length: resamples }, () => {
    let [sum, weight] = [0, 0];
    for (let filled = 0; filled < length; filled += blockLength) {
      const from = Math.floor(random() * length);
      const to = from + Math.min(blockLength, length - filled);
      sum += (running[to] ?? 0) - (running[from] ?? 0);
      weight += (weighing[to] ?? 0) - (weighing[from] ?? 0);
    }
    return sum / weight;
  }).sort();
  const quantile = (share: number): number => means[Math.round(share * (resamples - 1))] ?? Number.NaN;
  const beyond = means.reduce((count, resampled) => count + (resampled - mean >= mean ? 1 : 0), 0);
  const tail = (1 - confidence) / 2;
  return {
    mean,
    // The series itself counts as one resample (Davison and Hinkley 1997, 4.2.3): a p-value is never 0.
    pValue: (beyond + 1) / (resamples + 1),
    lower: 2 * mean - quantile(1 - tail),
    upper: 2 * mean - quantile(tail),
    confidence,
    blockLength,
    resamples,
  };
}

/** Running sums of a series put after itself, so that a block may go past its end. */
function circularSums(series: Float64Array): Float64Array {
  const sums = new Float64Array(2 * series.length + 1);
  for (let index = 0; index < 2 * series.length; index++)
    sums[index + 1] = (sums[index] ?? 0) + (series[index % series.length] ?? 0);
  return sums;
}

function check(length: number, { blockLength, resamples, confidence }: BootstrapOptions): void {
  if (!Number.isInteger(blockLength) || blockLength < 1 || blockLength > length)
    throw new BadParameter(`The block length is ${blockLength};`, `give a whole number from 1 to ${length}.`);
  if (!Number.isInteger(resamples) || resamples < 100 || resamples > MOST_RESAMPLES)
    throw new BadParameter(
      `There are ${resamples} resamples;`,
      `give a whole number from 100 to ${MOST_RESAMPLES}.`,
    );
  if (!(confidence > 0.5 && confidence < 1))
    throw new BadParameter(`The confidence is ${confidence};`, 'give a share above 0.5 and below 1.');
}
