import { describe, expect, test } from '@jest/globals';
import { TrainingCancelled, TrainingLimit } from '../errors.ts';
import { Control } from './control.ts';
import { checkMemoryNeeded, growRounds, type RoundLimits } from './rounds.ts';

const limits = (given: Partial<RoundLimits> = {}): RoundLimits => ({
  rounds: 10,
  patience: null,
  memoryLimitBytes: null,
  ...given,
});

/** A booster whose losses are given; a null among them: nothing is left to learn. */
function scripted(losses: readonly (number | null)[]): Parameters<typeof growRounds>[0] {
  return { grow: (round) => losses[round] !== null, loss: (round) => losses[round] ?? null };
}

const grow = (losses: readonly (number | null)[], given?: Partial<RoundLimits>, control = new Control()) =>
  growRounds(scripted(losses), limits(given), control, () => {});

describe('growRounds', () => {
  test('keeps all rounds without a validation set', () => {
    const growing = { grow: () => true, loss: () => null };
    expect(growRounds(growing, limits(), new Control(), () => {})).toEqual({
      stoppedBy: 'rounds',
      rounds: 10,
      kept: 10,
      losses: [],
    });
  });

  test('keeps the first of the best rounds', () => {
    expect(grow([3, 2, 2, 4, 5, 6], { rounds: 6 })).toMatchObject({
      stoppedBy: 'rounds',
      rounds: 6,
      kept: 2,
    });
  });

  test.each([1, 2, 3])('waits %i rounds for a lower loss', (patience) => {
    expect(grow([3, 2, 2.5, 2.4, 2.3, 2.2, 2.1], { patience })).toMatchObject({
      stoppedBy: 'early-stopping',
      rounds: 2 + patience,
      kept: 2,
    });
  });

  test('ends when nothing is left', () => {
    expect(grow([3, 2, null])).toMatchObject({ stoppedBy: 'nothing-left', rounds: 2, kept: 2 });
    expect(grow([null])).toMatchObject({ stoppedBy: 'nothing-left', rounds: 0, kept: 0 });
  });

  test('stops on a wish after one round at least, and cancels at once', () => {
    const stopped = new Control();
    stopped.stop();
    expect(grow([3, 2, 1], {}, stopped)).toMatchObject({ stoppedBy: 'time', rounds: 1, kept: 1 });
    const cancelled = new Control(stopped.shared);
    cancelled.cancel();
    cancelled.stop();
    expect(() => grow([3, 2, 1], {}, stopped)).toThrow(TrainingCancelled);
  });

  test('measures memory between rounds', () => {
    const held: Buffer[] = [];
    const growing = { grow: () => held.push(Buffer.alloc(32 * 2 ** 20, 1)) > 0, loss: () => null };
    expect(() =>
      growRounds(growing, limits({ rounds: 50, memoryLimitBytes: 100 * 2 ** 20 }), new Control(), () => {}),
    ).toThrow(TrainingLimit);
    expect(held.length).toBeLessThan(50);
    expect(() => checkMemoryNeeded(1000, 100)).toThrow(/memoryLimitBytes/);
    expect(() => checkMemoryNeeded(1000, 1_000_000)).not.toThrow();
  });
});
