import { expect, test } from '@jest/globals';
import { randomStream } from './random.ts';

test('the same seed and label give the same numbers, another of either gives others', () => {
  const draw = (seed: number, label: string): number[] => {
    const random = randomStream(seed, label);
    return Array.from({ length: 5 }, () => random());
  };
  expect(draw(7, 'a')).toEqual(draw(7, 'a'));
  expect(draw(7, 'a')).not.toEqual(draw(8, 'a'));
  expect(draw(7, 'a')).not.toEqual(draw(7, 'b'));
});

test('numbers are even over [0, 1)', () => {
  const random = randomStream(1, 'even');
  const tenths = new Array<number>(10).fill(0);
  for (let draw = 0; draw < 100_000; draw++) {
    const tenth = Math.floor(random() * 10);
    tenths[tenth] = (tenths[tenth] ?? Number.NaN) + 1;
  }
  // Nine degrees of freedom: chi-squared is above 27.9 once in a thousand seeds, and the seed is fixed.
  const chiSquared = tenths.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
  expect(chiSquared).toBeLessThan(27.9);
});
