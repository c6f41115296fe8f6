import { datasetOf, type RowRange, type TrainingRows } from './dataset/trainingRows.ts';
import { fitPart, type Trainer } from './fit.ts';
import { type Fold, LEAST_TRAINING_ROWS, walkForward } from './folds.ts';
import { predictModel } from './predict.ts';
import type { TuningSettings } from './settings.ts';
import { type SearchResult, searchParameters } from './tuning/search.ts';
import { searchSpace } from './tuning/space.ts';
import type { SearchState, Trial } from './tuning/state.ts';

/** Folds within the rows that tuning may see, and the share of them that is tested on. */
const INNER_FOLDS = 3;
const INNER_TEST_SHARE = 0.4;

/** Where a search is taken up and told of. */
export interface TuneHooks {
  readonly state?: SearchState;
  readonly onProgress?: (state: SearchState, best: Trial) => void;
}

/**
 * Looks for parameters by walking forward within `seen`, rows that no test block of the evaluation has: a nested search, so
 * what was tuned is measured on rows that tuning had not seen either. The loss is the squared error of the return over that of
 * predicting no change; interval and direction take the same parameters.
 */
export function tuneParameters(
  trainer: Trainer,
  rows: TrainingRows,
  seen: RowRange,
  budget: TuningSettings,
  hooks: TuneHooks,
): Promise<SearchResult> {
  const { settings, algorithm, clock, signal } = trainer;
  const part = rowsIn(rows, seen);
  const folds = walkForward(part.times, rows.horizonMinutes * 60_000, {
    ...settings.folds,
    folds: INNER_FOLDS,
    testShare: INNER_TEST_SHARE,
  });
  return searchParameters({
    space: searchSpace(algorithm.name),
    standard: trainer.parameters,
    seed: settings.seed,
    budget,
    clock,
    ...(signal === undefined ? {} : { signal }),
    ...hooks,
    evaluate: (parameters, share, stop) =>
      relativeError({ ...trainer, parameters, signal: stop }, part, folds, share),
  });
}

async function relativeError(
  trainer: Trainer,
  rows: TrainingRows,
  folds: readonly Fold[],
  share: number,
): Promise<number> {
  let [error, nothing] = [0, 0];
  for (const { train, validation, test } of folds) {
    const newest = newestOf(train, share);
    const { model } = await fitPart(trainer, rows, newest, validation, 'return', trainer.settings.rounds);
    const predicted = await predictModel(model, rows, test);
    for (const [row, came] of rows.returns.subarray(test.from, test.to).entries()) {
      error += (came - (predicted[row] ?? 0)) ** 2;
      nothing += came ** 2;
    }
  }
  return error / nothing;
}

function newestOf({ from, to }: RowRange, share: number): RowRange {
  const rows = Math.max(LEAST_TRAINING_ROWS, Math.round((to - from) * share));
  return { from: Math.max(from, to - rows), to };
}

/** A part of the rows as rows; values are not copied. */
export function rowsIn(rows: TrainingRows, range: RowRange): TrainingRows {
  const { from, to } = range;
  return {
    ...rows,
    times: rows.times.subarray(from, to),
    market: rows.market.subarray(from, to),
    closes: rows.closes.subarray(from, to),
    returns: rows.returns.subarray(from, to),
    values: datasetOf(rows, range, 'return', null).matrix.values,
  };
}
