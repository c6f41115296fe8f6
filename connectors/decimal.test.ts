import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareDecimals, jsonDecimal, plainDecimal, positiveDecimal } from './decimal.ts';
import { BadField } from './errors.ts';
import { epochUnitOf, isoOf, microsOf, microsOfEpoch } from './instant.ts';

describe('decimals', () => {
  test.each([
    ['1e-05', '0.00001'],
    ['1.5E+3', '1500'],
    ['12.34e1', '123.4'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['+3', '3'],
    ['0e0', '0'],
    ['61837.63000000', '61837.63000000'],
  ])('%s is %s', (text, plain) => expect(plainDecimal(text, 'price')).toBe(plain));

  test.each(['', '.', 'NaN', 'Infinity', '-1', '1,5', '0x10', '1e999', '1 2', '--1', '1e', 'null'])(
    '%j is refused',
    (text) => expect(() => plainDecimal(text, 'price')).toThrow(BadField),
  );

  test('zero is not positive, in whatever dress', () => {
    for (const zero of ['0', '0.000', '0e5', '.0', '-0'])
      expect(() => positiveDecimal(zero, 'price')).toThrow('above 0');
  });

  test('a number written with an exponent keeps its value exactly', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 18n }),
        fc.integer({ min: -20, max: 20 }),
        (digits, exponent) => {
          const plain = plainDecimal(`${digits}e${exponent}`, 'price');
          const [whole = '', fraction = ''] = plain.split('.');
          const back = BigInt(whole + fraction) * 10n ** BigInt(20 - fraction.length);
          expect(back).toBe(digits * 10n ** BigInt(20 + exponent));
        },
      ),
    );
  });

  test('compares exactly where doubles cannot', () => {
    expect(compareDecimals('0.1000000000000000001', '0.1')).toBeGreaterThan(0);
    expect(compareDecimals('10.0', '10')).toBe(0);
    expect(compareDecimals('9007199254740993', '9007199254740992')).toBeGreaterThan(0);
    expect(compareDecimals('2', '10')).toBeLessThan(0);
  });

  test('takes a JSON number only where a double is exact', () => {
    expect(jsonDecimal(0.00001, 'price')).toBe('0.00001');
    expect(jsonDecimal('1.23', 'price')).toBe('1.23');
    expect(() => jsonDecimal(0.1 + 0.2, 'price')).toThrow('not exact');
    expect(() => jsonDecimal(null, 'price')).toThrow(BadField);
  });
});

describe('instants', () => {
  test('go through ISO text unchanged', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4.2e15 }), (micros) => {
        expect(microsOf(isoOf(micros))).toBe(micros);
        expect(microsOf(isoOf(micros).replace('T', ' ').replace('Z', '+00:00'))).toBe(micros);
      }),
    );
  });

  test.each([
    ['2024-08-08T23:59:59.123456789Z', 1723161599123456],
    ['2024-08-09T01:59:59+02:00', 1723161599000000],
    ['2018-05-01 00:00', 1525132800000000],
  ])('%s', (iso, micros) => expect(microsOf(iso)).toBe(micros));

  test.each([
    '',
    'now',
    '2024-02-30T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-08-08T25:00:00Z',
    '2024-08-08T23:59:59.1e3Z',
  ])('%j is no time', (text) => {
    microsOf('2024-08-08T23:59:59.000Z');
    expect(() => microsOf(text)).toThrow(BadField);
  });

  test.each([
    ['1688669597.8277369', 's', 1688669597827736],
    ['1688669597', 's', 1688669597000000],
    ['1723161255342', 'ms', 1723161255342000],
    ['1723161255342123', 'us', 1723161255342123],
    ['1723161254087896568', 'ns', 1723161254087896],
  ] as const)('%s in %s', (text, unit, micros) => {
    expect(epochUnitOf(text)).toBe(unit);
    expect(microsOfEpoch(text, unit)).toBe(micros);
  });
});
