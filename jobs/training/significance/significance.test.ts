import { describe, expect, test } from '@jest/globals';
import { BadDataset, BadParameter } from '../../models/errors.ts';
import { randomStream } from '../random.ts';
import { automaticBlockLength } from './blockLength.ts';
import { blockBootstrap } from './bootstrap.ts';
import { absoluteErrors, compareLosses } from './compare.ts';

/** An autoregressive series from a linear congruential generator, which Python makes alike. */
function autoregressive(length: number, coefficient: number): Float64Array {
  let [state, last] = [7, 0];
  return Float64Array.from({ length }, () => {
    let sum = 0;
    for (let draw = 0; draw < 4; draw++) {
      state = Number((BigInt(state) * 1664525n + 1013904223n) % 2n ** 32n);
      sum += state / 2 ** 32;
    }
    last = coefficient * last + (sum - 2);
    return last;
  });
}

describe('block length', () => {
  // By arch 8.0.0 (Python), optimal_block_length(series).circular.
  test.each([
    [200, 0, 2.68711515],
    [500, 0.5, 9.20167327],
    [2000, 0.9, 57.15858767],
    [300, -0.6, 5.31756418],
    [1000, 0.8, 22.56250637],
  ])('of %i values with coefficient %d is that of arch', (length, coefficient, expected) => {
    expect(automaticBlockLength(autoregressive(length, coefficient))).toBeCloseTo(expected, 6);
  });

  test('is 1 where nothing varies', () => {
    expect(automaticBlockLength(new Float64Array(50))).toBe(1);
  });
});

describe('bootstrap', () => {
  const ones = (length: number): Float64Array => new Float64Array(length).fill(1);
  const options = { blockLength: 1, resamples: 2000, confidence: 0.95 };

  test('gives the textbook interval of independent values', () => {
    const normal = normals(randomStream(3, 'values'));
    const values = Float64Array.from({ length: 500 }, () => 0.1 + normal());
    const { mean, lower, upper } = blockBootstrap(values, ones(500), {
      ...options,
      random: randomStream(1, 'b'),
    });
    const error = 1.96 / Math.sqrt(500);
    expect(Math.abs(upper - mean - error) / error).toBeLessThan(0.08);
    expect(Math.abs(mean - lower - error) / error).toBeLessThan(0.08);
  });

  test('a series of one value has no doubt, and one of nothing speaks for nothing', () => {
    const random = randomStream(1, 'b');
    expect(blockBootstrap(ones(50), ones(50), { ...options, random })).toMatchObject({
      mean: 1,
      pValue: 1 / 2001,
      lower: 1,
      upper: 1,
    });
    expect(blockBootstrap(new Float64Array(50), ones(50), { ...options, random }).pValue).toBe(1);
  });

  test('bad options are refused', () => {
    const random = randomStream(1, 'b');
    expect(() => blockBootstrap(ones(5), ones(5), { ...options, blockLength: 6, random })).toThrow(
      BadParameter,
    );
    expect(() => blockBootstrap(ones(5), ones(5), { ...options, resamples: 5, random })).toThrow(
      BadParameter,
    );
  });
});

describe('comparing losses', () => {
  const HORIZON = 5;

  /** Two guessers of a walk's overlapping moves, each off by noise of its own. */
  function rejects(seed: number, noiseOfModel: number): boolean {
    const normal = normals(randomStream(seed, 'walk'));
    const steps = Float64Array.from({ length: 1000 + HORIZON }, normal);
    const actual = Float64Array.from({ length: 1000 }, (_, minute) =>
      steps.subarray(minute, minute + HORIZON).reduce((sum, step) => sum + step, 0),
    );
    // Errors last, as those of models do: they are averages over the horizon.
    const noise = (): Float64Array => {
      const draws = Float64Array.from({ length: 1000 + HORIZON }, normal);
      return actual.map((_, minute) =>
        draws.subarray(minute, minute + HORIZON).reduce((sum, step) => sum + step, 0),
      );
    };
    const guess = (deviation: number): Float64Array => {
      const off = noise();
      return absoluteErrors(
        actual,
        actual.map((_, minute) => deviation * (off[minute] ?? 0)),
      );
    };
    const times = actual.map((_, minute) => minute * 60_000);
    const { pValue } = compareLosses(times, guess(1), guess(noiseOfModel), {
      horizonMinutes: HORIZON,
      seed,
      resamples: 200,
    });
    return pValue <= 0.05;
  }

  const rate = (noise: number, seeds: number): number =>
    Array.from({ length: seeds }, (_, seed) => rejects(seed + 1, noise)).filter(Boolean).length / seeds;

  test('an equal model passes about one time in twenty, a better one nearly always', () => {
    // Of 120 at 5 %: 1 to 14 in 99.7 % of sets of seeds; these are fixed.
    const equal = rate(1, 120);
    expect(equal).toBeLessThanOrEqual(14 / 120);
    expect(equal).toBeGreaterThanOrEqual(1 / 120);
    expect(rate(0.7, 20)).toBeGreaterThan(0.9);
  });

  test('the same seed gives the same answer', () => {
    const times = Float64Array.from({ length: 200 }, (_, minute) => minute * 60_000);
    const [a, b] = [autoregressive(200, 0.3).map(Math.abs), autoregressive(200, 0.2).map(Math.abs)];
    const compare = (seed: number): unknown => compareLosses(times, a, b, { horizonMinutes: 5, seed });
    expect(compare(1)).toEqual(compare(1));
    expect(compare(1)).not.toEqual(compare(2));
  });

  test('markets of one minute are one observation', () => {
    const times = Float64Array.from({ length: 600 }, (_, row) => Math.floor(row / 3) * 60_000);
    const loss = autoregressive(200, 0.3).map(Math.abs);
    const thrice = Float64Array.from({ length: 600 }, (_, row) => loss[Math.floor(row / 3)] ?? 0);
    const alone = compareLosses(
      times.filter((_, row) => row % 3 === 0),
      loss,
      new Float64Array(200),
      { horizonMinutes: 5, seed: 1 },
    );
    const together = compareLosses(times, thrice, new Float64Array(600), { horizonMinutes: 5, seed: 1 });
    expect(together.minutes).toBe(200);
    expect(together.lower).toBeCloseTo(alone.lower, 12);
    expect(together.pValue).toBe(alone.pValue);
  });

  test('lists that do not fit are refused', () => {
    expect(() =>
      compareLosses(new Float64Array(2), new Float64Array(1), new Float64Array(2), {
        horizonMinutes: 5,
        seed: 1,
      }),
    ).toThrow(BadDataset);
  });
});

/** Standard normals by Box and Muller. */
function normals(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
