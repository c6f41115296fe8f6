import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BadParameter } from '../models/errors.ts';
import type { RowRange } from './dataset/trainingRows.ts';
import { BadFolds } from './errors.ts';
import { beforeTests, type Fold, type FoldOptions, LEAST_TRAINING_ROWS, walkForward } from './folds.ts';

const MINUTE = 60_000;
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

const standard: FoldOptions = { folds: 4, testShare: 0.5, slidingMs: null, embargoMs: 0, validationShare: 0 };

function minutes(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, minute) => minute * MINUTE);
}

describe('walks forward', () => {
  test('cut 1,000 minutes into a growing past and four test blocks', () => {
    expect(walkForward(minutes(1000), 5 * MINUTE, standard)).toEqual([
      { train: { from: 0, to: 496 }, validation: null, test: { from: 500, to: 625 } },
      { train: { from: 0, to: 621 }, validation: null, test: { from: 625, to: 750 } },
      { train: { from: 0, to: 746 }, validation: null, test: { from: 750, to: 875 } },
      { train: { from: 0, to: 871 }, validation: null, test: { from: 875, to: 1000 } },
    ]);
  });

  test('slide, keep an embargo, and hold back rows to stop by', () => {
    const options = {
      ...standard,
      folds: 1,
      slidingMs: 300 * MINUTE,
      embargoMs: 5 * MINUTE,
      validationShare: 0.2,
    };
    // 500 - 5 - 5 = 490 is the last row that may be learned from; of the rows 200 to 490 the last fifth, 58, is held back.
    expect(walkForward(minutes(1000), 5 * MINUTE, options)).toEqual([
      { train: { from: 200, to: 424 }, validation: { from: 433, to: 491 }, test: { from: 500, to: 1000 } },
    ]);
  });

  test('tuning sees what is before the first test block and nothing of it', () => {
    const folds = walkForward(minutes(1000), 5 * MINUTE, { ...standard, validationShare: 0.2 });
    expect(beforeTests(folds)).toEqual({ from: 0, to: 496 });
  });

  test('too few rows are refused', () => {
    expect(() => walkForward(minutes(150), 5 * MINUTE, standard)).toThrow(BadFolds);
    expect(() => walkForward(new Float64Array(1000), 5 * MINUTE, standard)).toThrow(BadFolds);
    expect(() => walkForward(minutes(1000), 5 * MINUTE, { ...standard, folds: 0 })).toThrow(BadParameter);
  });
});

/** Rows of several markets with gaps: minutes that all, some or none of the markets have. */
const series = fc
  .array(fc.tuple(fc.constantFrom(1, 1, 1, 1, 2, 7, 90), fc.integer({ min: 1, max: 3 })), {
    minLength: 400,
    maxLength: 900,
  })
  .map((steps) => {
    let minute = 0;
    return Float64Array.from(
      steps.flatMap(([step, markets]) => {
        minute += step;
        return new Array<number>(markets).fill(minute * MINUTE);
      }),
    );
  });

const options = fc.record({
  folds: fc.integer({ min: 1, max: 6 }),
  testShare: fc.double({ min: 0.1, max: 0.6, noNaN: true }),
  slidingMs: fc.option(fc.integer({ min: 300, max: 3000 }).map((length) => length * MINUTE)),
  embargoMs: fc.integer({ min: 0, max: 30 }).map((length) => length * MINUTE),
  validationShare: fc.constantFrom(0, 0.1, 0.3),
});

describe('purging', () => {
  test('no return that is learned reaches into one that is asked', () => {
    let folds = 0;
    fc.assert(
      fc.property(series, fc.constantFrom(5, 15, 60), options, (times, horizon, cut) => {
        const walks = walksOf(times, horizon * MINUTE, cut);
        for (const { train, validation, test } of walks) {
          folds++;
          expectApart(times, train, test, horizon * MINUTE, cut.embargoMs);
          if (validation === null) continue;
          expectApart(times, train, validation, horizon * MINUTE, cut.embargoMs);
          expectApart(times, validation, test, horizon * MINUTE, cut.embargoMs);
        }
        expectWhole(times, walks);
      }),
      { seed: SEED, numRuns: 60 },
    );
    // Or the property would hold of nothing.
    expect(folds).toBeGreaterThan(30);
  });
});

/** Folds, or none where the series is too short for them. */
function walksOf(times: Float64Array, horizonMs: number, cut: FoldOptions): readonly Fold[] {
  try {
    return walkForward(times, horizonMs, cut);
  } catch (error) {
    if (error instanceof BadFolds) return [];
    throw error;
  }
}

/** Row by row and not by the ends of the ranges: each interval of the one ends, and the embargo passes, before any of the other. */
function expectApart(
  times: Float64Array,
  learned: RowRange,
  asked: RowRange,
  horizonMs: number,
  embargoMs: number,
): void {
  const part = ({ from, to }: RowRange): Float64Array => times.slice(from, to);
  const lastEnd = Math.max(...part(learned).map((minute) => minute + MINUTE + horizonMs));
  const firstStart = Math.min(...part(asked).map((minute) => minute + MINUTE));
  expect(lastEnd + embargoMs).toBeLessThanOrEqual(firstStart);
  expect(learned.to - learned.from).toBeGreaterThanOrEqual(1);
}

/** Test blocks follow each other to the end without a hole, and no minute is cut in two. */
function expectWhole(times: Float64Array, walks: readonly Fold[]): void {
  for (const [index, { train, test }] of walks.entries()) {
    expect(test.to).toBe(walks[index + 1]?.test.from ?? times.length);
    expect(times[test.from - 1]).toBeLessThan(times[test.from] ?? 0);
    expect(train.to - train.from).toBeGreaterThanOrEqual(LEAST_TRAINING_ROWS);
  }
}
