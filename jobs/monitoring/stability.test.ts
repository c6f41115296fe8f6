import { describe, expect, test } from '@jest/globals';
import { seeded } from '../../test/property/history.ts';
import { stabilityIndex, usualIndex } from './stability.ts';

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

describe('the stability index', () => {
  test('is that of the worked example: shares of 0.5 and 0.5 against 0.8 and 0.2', () => {
    // (0.8 - 0.5) ln 1.6 + (0.2 - 0.5) ln 0.4; the half observation is lost among millions.
    const exact = 0.3 * Math.log(1.6) - 0.3 * Math.log(0.4);
    expect(stabilityIndex([5e9, 5e9], [8e9, 2e9])).toBeCloseTo(exact, 8);
  });

  test(`is 0 for equal shares, above 0 for others, and the same both ways when as much is known (SEED=${SEED})`, () => {
    const random = seeded(SEED);
    for (let round = 0; round < 200; round++) {
      const bins = 2 + Math.floor(random() * 10);
      const counts = Array.from({ length: bins }, () => Math.floor(random() * 50) + 1);
      expect(stabilityIndex(counts, counts)).toBe(0);
      const dealt = [...counts.slice(1), counts[0] ?? 0];
      const [there, back] = [stabilityIndex(counts, dealt), stabilityIndex(dealt, counts)];
      expect(there).toBeCloseTo(back ?? Number.NaN, 10);
      if (new Set(counts).size > 1) expect(there).toBeGreaterThan(0);
    }
  });

  test('of nothing is not defined, and an empty bin does not make it infinite', () => {
    expect(stabilityIndex([0, 0], [1, 2])).toBeNull();
    expect(stabilityIndex([1, 2], [0, 0])).toBeNull();
    expect(stabilityIndex([0, 10], [10, 0])).toBeLessThan(10);
  });
});

describe('what is usual', () => {
  test('is two standard deviations above the mean of the logarithms of the days', () => {
    const logarithms = [
      stabilityIndex([90, 110], [50, 50]),
      stabilityIndex([80, 120], [60, 40]),
      stabilityIndex([110, 90], [30, 70]),
    ].map((index) => Math.log(Math.max(0.001, index ?? 0)));
    const mean = logarithms.reduce((sum, value) => sum + value, 0) / 3;
    const variance = logarithms.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2;
    const usual = usualIndex([
      [50, 50],
      [60, 40],
      [30, 70],
    ]);
    expect(usual).toBeCloseTo(Math.exp(mean + 2 * Math.sqrt(variance)), 12);
  });

  test('is not known from two days, nor from days that are no more than pieces', () => {
    const day = [50, 50];
    expect(usualIndex([day, day])).toBeNull();
    expect(usualIndex([day, day, [5, 5]])).toBeNull();
    expect(usualIndex([])).toBeNull();
    expect(usualIndex([day, day, [25, 25]])).toBeCloseTo(0.001, 12);
  });
});
