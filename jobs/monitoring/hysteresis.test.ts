import { describe, expect, test } from '@jest/globals';
import { seeded } from '../../test/property/history.ts';
import { type Held, nextHeld, STATES } from './hysteresis.ts';
import { STANDARD_MONITORING } from './settings.ts';

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const SETTINGS = STANDARD_MONITORING.drift;

/** States after each check. */
function states(indices: readonly number[], worst: Held['state'] = 'drifted'): readonly string[] {
  let held: Held | null = null;
  return indices.map((index) => {
    held = nextHeld(held, index, worst, SETTINGS);
    return held.state;
  });
}

describe('what is held of a feature', () => {
  test('goes up a step after three checks in a row, and down after as many below four fifths of the threshold', () => {
    const up = states([0.3, 0.3, 0.3, 0.3, 0.3, 0.3]);
    expect(up).toEqual(['ok', 'ok', 'warning', 'warning', 'warning', 'drifted']);
    const all = states([0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.19, 0.19, 0.19, 0.07, 0.07, 0.07, 0.07]);
    expect(all.slice(6)).toEqual(['drifted', 'drifted', 'warning', 'warning', 'warning', 'ok', 'ok']);
  });

  test('does not move for one check that is off, however far', () => {
    expect(states([9, 9, 0, 9, 9, 0])).toEqual(Array.from({ length: 6 }, () => 'ok'));
  });

  test(`does not flap when the index wavers about a threshold (SEED=${SEED})`, () => {
    const random = seeded(SEED);
    for (const threshold of [SETTINGS.warnAt, SETTINGS.driftAt]) {
      const lead = Array.from({ length: 6 }, () => threshold);
      const wavering = Array.from({ length: 500 }, () => threshold * (0.81 + random() * 0.3));
      const seen = states([...lead, ...wavering]).slice(lead.length);
      const moves = seen.filter((state, index) => index > 0 && state !== seen[index - 1]);
      expect(moves.length).toBeLessThanOrEqual(1);
    }
  });

  test('is a warning at most where nobody knows what is usual', () => {
    expect(
      states(
        Array.from({ length: 9 }, () => 5),
        'warning',
      ).at(-1),
    ).toBe('warning');
  });

  test(`moves by one step, and only after three checks for it in a row (SEED=${SEED})`, () => {
    const random = seeded(SEED + 1);
    let held: Held = { state: 'ok', streak: 0 };
    let since = 0;
    for (let check = 0; check < 2000; check++) {
      const next = nextHeld(held, random() * 0.4, 'drifted', SETTINGS);
      const step = STATES.indexOf(next.state) - STATES.indexOf(held.state);
      expect(Math.abs(step)).toBeLessThanOrEqual(1);
      since++;
      if (step !== 0) {
        expect(since).toBeGreaterThanOrEqual(SETTINGS.inARow);
        since = 0;
      }
      held = next;
    }
  });
});
