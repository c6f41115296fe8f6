import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ExchangeTime } from './exchangeTime.ts';

const SECOND = 1_000_000;
const START = 1_700_000_000 * SECOND;

test('is never later than the exchange’s own clock, however wrong ours is and however slow the line', () => {
  const second = fc.integer({ min: 0, max: 20 });
  fc.assert(
    fc.property(
      fc.integer({ min: -600, max: 600 }),
      fc.array(fc.tuple(second, second, fc.boolean()), { minLength: 1, maxLength: 60 }),
      (skew, messages) => {
        const time = new ExchangeTime();
        let theirs = START;
        for (const [pause, delay, old] of messages) {
          theirs += pause * SECOND;
          const ours = theirs + skew * SECOND;
          if (old) time.atLeast(theirs - delay * 100 * SECOND, ours);
          else time.sent(theirs - delay * SECOND, ours);
          expect(time.now(ours)).toBeLessThanOrEqual(theirs);
          expect(time.now(ours + 7 * SECOND)).toBeLessThanOrEqual(theirs + 7 * SECOND);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('goes on by our clock between messages, for two minutes', () => {
  const time = new ExchangeTime();
  expect(time.now(START)).toBeNull();
  time.sent(START - 5 * SECOND, START);
  expect(time.now(START + 60 * SECOND)).toBe(START + 55 * SECOND);
  expect(time.now(START + 600 * SECOND)).toBe(START + 115 * SECOND);
});

test('does not believe a time of another day', () => {
  const time = new ExchangeTime();
  time.sent(START + 3 * 86_400 * SECOND, START);
  expect(time.now(START)).toBeNull();
});
