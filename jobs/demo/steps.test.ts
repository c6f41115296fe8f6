import { expect, test } from '@jest/globals';
import { replaySteps } from './steps.ts';

const MINUTE = 60_000;

test('a replay goes in steps, and minute by minute in its last hour', () => {
  const steps = replaySteps(0, 150 * MINUTE, 40).map((ms) => ms / MINUTE);
  expect(steps.slice(0, 4)).toEqual([40, 80, 90, 91]);
  expect([steps.length, steps.at(-1)]).toEqual([63, 150]);
});

test('a short one goes minute by minute in its second half', () => {
  expect(replaySteps(5 * MINUTE, 11 * MINUTE, 60)).toEqual([8, 9, 10, 11].map((minute) => minute * MINUTE));
  expect(replaySteps(5, 5, 60)).toEqual([]);
});
