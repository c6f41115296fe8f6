import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BadField } from '../errors.ts';
import { document, textIn } from './json.ts';

const digits = (most: number): fc.Arbitrary<string> => fc.stringMatching(new RegExp(`^\\d{1,${most}}$`));
const whole = digits(30).map((text) => text.replace(/^0+(?=\d)/, ''));
/** Numbers as JSON may write them. */
const number = fc.oneof(
  whole,
  fc.tuple(whole, digits(20)).map(([before, after]) => `${before}.${after}`),
  fc.tuple(whole, fc.integer({ min: -40, max: 40 })).map(([before, power]) => `${before}e${power}`),
  fc.tuple(whole, digits(20)).map(([before, after]) => `-${before}.${after}E+2`),
);
const space = fc.constantFrom('', ' ', '\n  ');

test('a number is the text it was written in, wherever it stands', () => {
  fc.assert(
    fc.property(number, number, space, fc.string(), (first, second, gap, words) => {
      const text = `{"words":${JSON.stringify(words)},"first"${gap}:${gap}${first},"list":[7,${gap}${second}]}`;
      const { first: read, list } = document(text, 'frame') as { first: unknown; list: unknown[] };
      expect([textIn(read, 'first'), textIn(list[0], 'list'), textIn(list[1], 'list')]).toEqual([
        first,
        '7',
        second,
      ]);
    }),
    { numRuns: 2000 },
  );
});

test('what is nested too deeply is rejected, and so is a value that is none', () => {
  expect(() => document(`${'['.repeat(200_000)}1.5`, 'frame')).toThrow(BadField);
  for (const value of [undefined, null, true, {}, [], '', 'x'.repeat(201)]) {
    expect(() => textIn(value, 'price')).toThrow(/^price is /);
  }
});
