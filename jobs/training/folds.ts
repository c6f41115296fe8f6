import { BadParameter } from '../models/errors.ts';
import type { RowRange } from './dataset/trainingRows.ts';
import { BadFolds } from './errors.ts';

/** How rows are cut into walks forward. */
export interface FoldOptions {
  /** Test blocks, one after the other. */
  readonly folds: number;
  /** Share of the rows, at their end, that the test blocks cut up. */
  readonly testShare: number;
  /** Length of the training part in milliseconds, so that it slides; null lets it begin with the first row, so that it grows. */
  readonly slidingMs: number | null;
  /** Time left out between what is learned from and what is asked, beyond the horizon, in milliseconds. */
  readonly embargoMs: number;
  /** Share of the training rows, their newest, that only say when to stop; 0 for none. */
  readonly validationShare: number;
}

/** One walk: learn from the past, be asked about what came next. */
export interface Fold {
  readonly train: RowRange;
  /** After `train`, before `test`; null when there is none. */
  readonly validation: RowRange | null;
  readonly test: RowRange;
}

/** Rows of a training part at least: fewer teach nothing. */
export const LEAST_TRAINING_ROWS = 100;

/**
 * Cuts rows into folds in time, all markets at once. Purged (López de Prado 2018, ch. 7): the return of a row of minute t is over
 * the interval from the end of minute t to the end of minute t + horizon, and no such interval of a training row reaches into
 * one of a test row; the embargo widens the gap. The same holds between training and validation.
 *
 * @param times start of each row's minute in milliseconds, never falling
 * @throws BadFolds when there are too few rows; BadParameter
 */
export function walkForward(times: Float64Array, horizonMs: number, options: FoldOptions): readonly Fold[] {
  checkOptions(options);
  const { folds, testShare } = options;
  const bounds = Array.from({ length: folds + 1 }, (_, fold) => {
    const row = Math.round(times.length * (1 - testShare + (testShare * fold) / folds));
    return fold === folds ? times.length : firstOf(times, row);
  });
  return bounds.slice(0, -1).map((from, fold) => {
    const test = { from, to: bounds[fold + 1] ?? times.length };
    const start = times[from] ?? Number.NaN;
    if (test.to <= test.from) throw tooFew(fold, 'no row to test on');
    const past = {
      from: options.slidingMs === null ? 0 : firstAtOrAfter(times, start - options.slidingMs),
      to: firstAfter(times, start - horizonMs - options.embargoMs),
    };
    return { ...withValidation(times, past, horizonMs, options, fold), test };
  });
}

/** The rows before the first test block, purged of it: what tuning may look at. */
export function beforeTests(folds: readonly Fold[]): RowRange {
  const first = folds[0];
  if (first === undefined) throw new BadFolds('There is no fold;', 'ask for one at least.');
  return { from: first.train.from, to: (first.validation ?? first.train).to };
}

function withValidation(
  times: Float64Array,
  past: RowRange,
  horizonMs: number,
  { validationShare, embargoMs }: FoldOptions,
  fold: number,
): { readonly train: RowRange; readonly validation: RowRange | null } {
  const rows = past.to - past.from;
  if (rows < LEAST_TRAINING_ROWS) throw tooFew(fold, `${Math.max(0, rows)} rows to learn from`);
  if (validationShare === 0) return { train: past, validation: null };
  const from = firstOf(times, past.to - Math.round(rows * validationShare));
  const start = times[from] ?? Number.NaN;
  const train = { from: past.from, to: firstAfter(times, start - horizonMs - embargoMs) };
  if (from >= past.to) throw tooFew(fold, 'no row to stop by');
  if (train.to - train.from < LEAST_TRAINING_ROWS)
    throw tooFew(fold, `${Math.max(0, train.to - train.from)} rows to learn from`);
  return { train, validation: { from, to: past.to } };
}

/** First row of the minute that a row is of: markets of one minute stay together. */
function firstOf(times: Float64Array, row: number): number {
  return row >= times.length ? times.length : firstAtOrAfter(times, times[row] ?? 0);
}

function firstAtOrAfter(times: Float64Array, ms: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Times are whole milliseconds. */
function firstAfter(times: Float64Array, ms: number): number {
  return firstAtOrAfter(times, ms + 1);
}

function tooFew(fold: number, what: string): BadFolds {
  return new BadFolds(
    `Fold ${fold + 1} has ${what};`,
    `give a longer range, fewer folds or a smaller share of tests: a training part needs ${LEAST_TRAINING_ROWS} rows.`,
  );
}

function checkOptions({ folds, testShare, slidingMs, embargoMs, validationShare }: FoldOptions): void {
  if (!Number.isInteger(folds) || folds < 1 || folds > 1000)
    throw new BadParameter(`folds is ${folds};`, 'give a whole number from 1 to 1000.');
  if (!(testShare > 0 && testShare < 1))
    throw new BadParameter(`testShare is ${testShare};`, 'give a share above 0 and below 1.');
  if (!(validationShare >= 0 && validationShare < 1))
    throw new BadParameter(`validationShare is ${validationShare};`, 'give a share from 0 to below 1.');
  if (!Number.isInteger(embargoMs) || embargoMs < 0)
    throw new BadParameter(`embargoMs is ${embargoMs};`, 'give whole milliseconds from 0 on.');
  if (slidingMs !== null && !(Number.isInteger(slidingMs) && slidingMs > 0))
    throw new BadParameter(`slidingMs is ${slidingMs};`, 'give whole milliseconds above 0, or null.');
}
