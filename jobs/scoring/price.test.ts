import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { featuresHash, topContributions } from './explanation.ts';
import { movedPrice } from './price.ts';

test.each([
  // 57572.7 * (e^0.001 - 1) = 57.6014959..., and ten digits of 57572.7 are five decimals.
  ['57572.7', 0.001, '57630.30150'],
  ['57572.7', 0, '57572.70000'],
  ['57572.70', -0.001, '57515.15608'],
  ['0.00001234', 0.01, '0.00001246401906'],
  ['100', Math.log(1.5), '150.0000000'],
  ['1', -10, '0.000045400'],
  ['123456789012345', 0.1, '136440852855445'],
  ['0.123456789012345678', 0, '0.123456789012345678'],
])('%s moved by %d is %s', (base, logReturn, price) => {
  expect(movedPrice(base, logReturn)).toBe(price);
});

test('a move keeps its direction and its size, within the digits that are written', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10 ** 9 }),
      fc.integer({ min: 0, max: 8 }),
      fc.double({ min: -0.2, max: 0.2, noNaN: true }),
      (units, decimals, logReturn) => {
        const digits = units.toString().padStart(decimals + 1, '0');
        const base = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
        const moved = Number(movedPrice(base, logReturn));
        expect(Math.abs(moved / Number(base) / Math.exp(logReturn) - 1)).toBeLessThan(2e-9);
        if (Math.abs(logReturn) > 1e-8) expect(Math.sign(moved - Number(base))).toBe(Math.sign(logReturn));
        if (logReturn === 0) expect(moved).toBe(Number(base));
      },
    ),
  );
});

test('the features that moved a prediction most, the largest first', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const text = topContributions(names, Float64Array.of(0.1, -0.123456789, 0, 1e-9, -0.1, 0.05, 0.01));
  expect(text).toBe(
    '[{"feature":"b","value":-0.123457},{"feature":"a","value":0.1},{"feature":"e","value":-0.1},{"feature":"f","value":0.05},{"feature":"g","value":0.01}]',
  );
  expect(topContributions(['a'], Float64Array.of(0))).toBe('[]');
});

test('the hash of features sees one bit, and a missing value', () => {
  const values = Float32Array.of(1, 2, 3);
  expect(featuresHash(values)).toMatch(/^[0-9a-f]{32}$/);
  expect(featuresHash(Float32Array.of(0, 1, 2, 3).subarray(1))).toBe(featuresHash(values));
  expect(featuresHash(Float32Array.of(1, 2, 3.0000002384185791))).not.toBe(featuresHash(values));
  expect(featuresHash(Float32Array.of(1, 2, Number.NaN))).not.toBe(featuresHash(Float32Array.of(1, 2, 0)));
});
