import { expect, test } from '@jest/globals';
import { decimal, same } from './compare.ts';

test.each([
  ['1.50', '1.5'],
  ['-0.00', '0'],
  ['100', '100'],
  ['0.10000000000000000001', '0.10000000000000000001'],
])('%s is the decimal %s', (text, short) => {
  expect(decimal(text)).toBe(short);
});

test('decimals and text are equal or not', () => {
  expect(same('1.5', '1.5', 0)).toBe(true);
  expect(same('0.1000000001', '0.1', 1e9)).toBe(false);
  expect(same(null, 0, 1e9)).toBe(false);
  expect(same(true, false, 1e9)).toBe(false);
});

test('doubles are one within 1e-8, and near zero by the size of their column', () => {
  expect(same(1, 1 + 9e-9, 0)).toBe(true);
  expect(same(1, 1 + 2e-8, 0)).toBe(false);
  expect(same(1e-12, 3e-12, 1)).toBe(true);
  expect(same(1e-9, 3e-9, 1)).toBe(false);
});
