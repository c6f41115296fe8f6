import { describe, expect, test } from '@jest/globals';
import { decodeUbj } from './ubj.ts';

/** Texts as their bytes, numbers as one byte each. */
function bytes(...parts: (string | number)[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'number' ? [part] : [...Buffer.from(part, 'latin1')])),
  );
}

describe('decodeUbj', () => {
  test.each([
    ['nothing', bytes('Z'), null],
    ['truth', bytes('[TF]'), [true, false]],
    [
      'whole numbers',
      bytes('[i', 255, 'U', 255, 'I', 255, 254, 'l', 0, 0, 1, 0, 'L', 0, 0, 0, 1, 0, 0, 0, 0, ']'),
      [-1, 255, -2, 256, 2 ** 32],
    ],
    ['fractions', bytes('[d', 0x3f, 0x80, 0, 0, 'D', 0x3f, 0xe0, 0, 0, 0, 0, 0, 0, ']'), [1, 0.5]],
    ['text', bytes('SU', 3, 'abc'), 'abc'],
    ['an object', bytes('{U', 1, 'aU', 7, 'U', 1, 'b[]}'), { a: 7, b: [] }],
    ['a typed array', bytes('[$U#L', 0, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3), [1, 2, 3]],
    ['a counted array', bytes('[#U', 2, 'U', 1, 'Z'), [1, null]],
  ])('reads %s, and nothing that is cut off', (_, whole, value) => {
    expect(decodeUbj(whole)).toEqual(value);
    for (let length = 0; length < whole.length; length++)
      expect(() => decodeUbj(whole.subarray(0, length))).toThrow(/UBJ cannot be read/);
  });

  test.each([
    ['goes on after its end', bytes('ZZ')],
    ['has a count that the file cannot hold', bytes('[$U#l', 0x7f, 0xff, 0xff, 0xff, 1)],
    ['has a negative count', bytes('[$U#i', 255)],
    ['has a negative length', bytes('Si', 255)],
    ['has an unknown marker', bytes('x')],
    ['has a type without a count', bytes('[$U', 1, ']')],
    ['is too deep', bytes('['.repeat(100), ']'.repeat(100))],
  ])('refuses what %s', (_, damaged) => {
    expect(() => decodeUbj(damaged)).toThrow(/UBJ cannot be read/);
  });
});
