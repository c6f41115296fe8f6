import { describe, expect, test } from '@jest/globals';
import { ManualClock } from '../../test/support/manualClock.ts';
import type { Dataset } from './dataset.ts';
import { checkFit } from './fitOptions.ts';
import type { FitOptions } from './model.ts';
import { completeParameters } from './parameters.ts';
import { XGBOOST_PARAMETERS } from './xgboost/parameters.ts';

const good: Dataset = {
  matrix: { features: ['a', 'b'], rows: 2, values: Float32Array.of(1, Number.NaN, -3, 1e-45) },
  labels: Float64Array.of(0, 1),
  weights: null,
};
const options: FitOptions = {
  objective: { kind: 'binary-logistic' },
  rounds: 1,
  patience: null,
  seed: 0,
  clock: new ManualClock(0),
};
const { matrix } = good;

test('takes missing values and denormals', () => {
  expect(() => checkFit(good, options)).not.toThrow();
});

describe('a dataset is refused', () => {
  test.each<[string, Dataset]>([
    ['has 4 values', { ...good, matrix: { ...matrix, features: ['a'] } }],
    ['has the feature a twice', { ...good, matrix: { ...matrix, features: ['a', 'a'] } }],
    ['feature named "a b"', { ...good, matrix: { ...matrix, features: ['a b', 'c'] } }],
    ['has 0 features', { ...good, matrix: { features: [], rows: 2, values: new Float32Array(0) } }],
    ['has 3 values', { ...good, matrix: { ...matrix, values: new Float32Array(3) } }],
    [
      'b is infinite in row 1',
      { ...good, matrix: { ...matrix, values: Float32Array.of(1, 2, 3, Infinity) } },
    ],
    [
      'has no rows',
      {
        matrix: { ...matrix, rows: 0, values: new Float32Array(0) },
        labels: new Float64Array(0),
        weights: null,
      },
    ],
    ['labels are 3', { ...good, labels: new Float64Array(3) }],
    ['labels have 2 in row 1', { ...good, labels: Float64Array.of(0, 2) }],
    ['labels have NaN in row 0', { ...good, labels: Float64Array.of(Number.NaN, 0) }],
    ['weights have 0 in row 1', { ...good, weights: Float64Array.of(1, 0) }],
    ['weights have 1e-50 in row 0', { ...good, weights: Float64Array.of(1e-50, 1) }],
  ])('%s', (message, dataset) => {
    expect(() => checkFit(dataset, options)).toThrow(message);
  });

  test('labels of squared error beyond float32', () => {
    const large = { ...good, labels: Float64Array.of(1e39, 0) };
    expect(() => checkFit(large, { ...options, objective: { kind: 'squared-error' } })).toThrow(
      '1e+39 in row 0',
    );
  });

  test('validation rows with other features', () => {
    const validation = { ...good, matrix: { ...matrix, features: ['b', 'a'] } };
    expect(() => checkFit(good, { ...options, validation })).toThrow('Feature 0 of the rows is b');
  });
});

describe('options are refused', () => {
  test.each<[string, Partial<FitOptions>]>([
    ['rounds is 0', { rounds: 0 }],
    ['rounds is 100001', { rounds: 100_001 }],
    ['patience is 0.5', { patience: 0.5 }],
    ['seed is -1', { seed: -1 }],
    ['timeLimitMs is 0', { timeLimitMs: 0 }],
    ['memoryLimitBytes is NaN', { memoryLimitBytes: Number.NaN }],
    ['quantiles are []', { objective: { kind: 'quantile', quantiles: [] } }],
    ['quantiles are [0.9, 0.1]', { objective: { kind: 'quantile', quantiles: [0.9, 0.1] } }],
    ['quantiles are [0, 1]', { objective: { kind: 'quantile', quantiles: [0, 1] } }],
    ['called off', { signal: AbortSignal.abort() }],
  ])('%s', (message, given) => {
    expect(() => checkFit(good, { ...options, ...given })).toThrow(message);
  });

  test('parameters that are unknown or out of range', () => {
    expect(completeParameters(XGBOOST_PARAMETERS, { depth: 2 })).toMatchObject({
      depth: 2,
      learningRate: 0.05,
    });
    for (const [given, message] of [
      [{ depth: 2.5 }, 'depth is 2.5'],
      [{ depth: 13 }, 'depth is 13'],
      [{ rowShare: Number.NaN }, 'rowShare is NaN'],
      [{ toString: 1 }, 'toString is not a parameter'],
    ] as const)
      expect(() => completeParameters(XGBOOST_PARAMETERS, given as Record<string, number>)).toThrow(message);
  });
});
