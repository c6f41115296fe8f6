import { expect, test } from '@jest/globals';
import koffi from 'koffi';
import { seeded } from '../../../test/property/history.ts';
import { expf, sigmoid } from './expf.ts';

/** The C library's function, where it is glibc. */
function libraryExpf(): ((x: number) => number) | null {
  try {
    return koffi.load('libm.so.6').func('float expf(float x)') as (x: number) => number;
  } catch {
    return null;
  }
}

test("equals glibc's on 200,000 floats", () => {
  const theirs = libraryExpf();
  if (theirs === null) {
    console.warn("SKIPPED glibc's expf: this machine has none.");
    return;
  }
  const seed = Number(process.env.EXPF_SEED ?? 1);
  const random = seeded(seed);
  const different = Array.from({ length: 200_000 }, (_, index) => {
    // Half of them small, as margins are.
    return Math.fround((random() - 0.5) * (index % 2 === 0 ? 170 : 4));
  }).filter((x) => expf(x) !== theirs(x));
  expect({ seed, different }).toEqual({ seed, different: [] });
});

test('is exact where it is known', () => {
  expect(expf(0)).toBe(1);
  expect(expf(Math.fround(Math.LN2))).toBe(Math.fround(2));
  expect(expf(1)).toBe(Math.fround(Math.E));
});

test('a probability stays within 0 and 1', () => {
  expect([0, 100, -100, 3.4e38, -3.4e38].map(sigmoid)).toEqual([
    0.5,
    1,
    expect.any(Number),
    1,
    expect.any(Number),
  ]);
  expect(sigmoid(-100)).toBeGreaterThan(0);
  expect(sigmoid(-3.4e38)).toBe(sigmoid(-100));
});
