import { expect, test } from '@jest/globals';
import { age, describeHolder } from './holder.ts';

const HELD = {
  ...{ owner: 'ann', host: 'desk', pid: 4711, verb: 'apply' },
  ...{ since: new Date('2026-11-21T09:12:44.120Z'), heldMs: 123_000, silentMs: 4000 },
};

test('says who has the lock, where, for how long, and when nobody has heard of them', () => {
  const who = 'ann@desk (process 4711) runs `tickwave apply` since 2026-11-21T09:12:44.120Z, for 2 min 3 s';
  expect(describeHolder(HELD)).toBe(who);
  expect(describeHolder({ ...HELD, silentMs: null })).toBe(who);
  expect(describeHolder({ ...HELD, silentMs: 21_500 })).toBe(`${who}; not heard of for 21 s`);
});

test.each([
  [-5, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min 0 s'],
  [3_600_000 + 120_000, '1 h 2 min'],
  [2 * 86_400_000 + 3_600_000, '2 d 1 h'],
])('%p ms are %p', (milliseconds, said) => expect(age(milliseconds)).toBe(said));
