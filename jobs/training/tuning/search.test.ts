import { describe, expect, test } from '@jest/globals';
import { ManualClock } from '../../../test/support/manualClock.ts';
import { BadDataset, TrainingCancelled, TrainingLimit } from '../../models/errors.ts';
import { LIGHTGBM_PARAMETERS } from '../../models/lightgbm/parameters.ts';
import type { Parameters } from '../../models/parameters.ts';
import { XGBOOST_PARAMETERS } from '../../models/xgboost/parameters.ts';
import { BadTuningState } from '../errors.ts';
import { type SearchOptions, searchParameters } from './search.ts';
import { drawParameters, searchSpace } from './space.ts';
import { readSearchState, type SearchState } from './state.ts';

interface Call {
  readonly x: number;
  readonly share: number;
}

/** A search for the x nearest to 3, from 0 to 10. */
function options(changes: Partial<SearchOptions> = {}, calls: Call[] = []): SearchOptions {
  return {
    space: { x: { low: 0, high: 10 } },
    standard: { x: 9 },
    seed: 5,
    budget: { trials: 27, seconds: null, parallel: 2 },
    clock: new ManualClock(0),
    evaluate: async ({ x = Number.NaN }: Parameters, share) => {
      calls.push({ x, share });
      return Math.abs(x - 3);
    },
    ...changes,
  };
}

describe('the search', () => {
  test('halves: of nine with a ninth three get a third, and one gets all', async () => {
    const calls: Call[] = [];
    const { parameters, loss } = await searchParameters(options({}, calls));
    const count = (share: number): number => calls.filter((call) => call.share === share).length;
    expect([count(1 / 9), count(1 / 3), count(1)]).toEqual([27, 9, 4]);
    const best = Math.min(...calls.map(({ x }) => Math.abs(x - 3)));
    expect(loss).toBe(best);
    expect(Math.abs((parameters.x ?? 0) - 3)).toBe(best);
  });

  test('is never worse than the standard', async () => {
    expect(await searchParameters(options({ standard: { x: 3 } }))).toMatchObject({
      parameters: { x: 3 },
      loss: 0,
    });
  });

  test.each([1, 5, 17, 38])('stopped after %i evaluations and resumed, finds the same', async (after) => {
    const whole = await searchParameters(options());
    const stop = new AbortController();
    let kept: SearchState | undefined;
    const onProgress = (state: SearchState): void => {
      kept = readSearchState(JSON.stringify(state));
      if (state.evaluations.length >= after) stop.abort();
    };
    const first = searchParameters(options({ onProgress, signal: stop.signal }));
    await expect(first).rejects.toThrow(TrainingCancelled);
    const calls: Call[] = [];
    const rest = await searchParameters(options(kept === undefined ? {} : { state: kept }, calls));
    expect(rest).toMatchObject({ parameters: whole.parameters, loss: whole.loss });
    expect(calls.length).toBeLessThanOrEqual(40 - after);
  });

  test('begins nothing after its seconds, and has a result then', async () => {
    const clock = new ManualClock(0);
    const budget = { trials: 1000, seconds: 60, parallel: 1 };
    const calls: Call[] = [];
    const evaluate = async ({ x = 0 }: Parameters, share: number): Promise<number> => {
      calls.push({ x, share });
      const slept = clock.sleep(20_000);
      clock.wakeNext();
      await slept;
      return x;
    };
    const { loss } = await searchParameters(options({ clock, budget, evaluate }));
    expect(calls).toHaveLength(3);
    expect(loss).toBe(9);
  });

  test('works at most so many at a time', async () => {
    let [running, most] = [0, 0];
    const evaluate = async ({ x = 0 }: Parameters): Promise<number> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return x;
    };
    await searchParameters(options({ budget: { trials: 27, seconds: null, parallel: 3 }, evaluate }));
    expect(most).toBe(3);
  });

  test('passes over trials that fail, and says why; fails when the standard does', async () => {
    const evaluate = async ({ x = 0 }: Parameters): Promise<number> => {
      if (x < 5) throw new TrainingLimit('Too much memory;', 'allow more.');
      return x;
    };
    const { loss, state } = await searchParameters(options({ evaluate }));
    expect(loss).toBeGreaterThanOrEqual(5);
    expect(state.evaluations.find((trial) => trial.loss === null)?.reason).toBe(
      'Too much memory; allow more.',
    );
    const broken = async (): Promise<number> => {
      throw new BadDataset('No rows;', 'give some.');
    };
    await expect(searchParameters(options({ evaluate: broken }))).rejects.toThrow(BadDataset);
  });

  test('errors that are no model errors end it', async () => {
    const evaluate = async ({ x = 0 }: Parameters): Promise<number> => {
      if (x < 5) throw new TypeError('a bug');
      return x;
    };
    await expect(searchParameters(options({ evaluate }))).rejects.toThrow(TypeError);
  });

  test('a state of another search is refused', async () => {
    const { state } = await searchParameters(options());
    await expect(searchParameters(options({ state, seed: 6 }))).rejects.toThrow(BadTuningState);
    const other = { x: { low: 0, high: 5 } };
    await expect(searchParameters(options({ state, space: other }))).rejects.toThrow(BadTuningState);
    expect(() => readSearchState('{"version":2}')).toThrow(BadTuningState);
  });
});

describe('the space', () => {
  test('lies within what the algorithms allow', () => {
    for (const [name, table] of [
      ['xgboost', XGBOOST_PARAMETERS],
      ['lightgbm', LIGHTGBM_PARAMETERS],
    ] as const)
      for (let trial = 1; trial <= 40; trial++)
        for (const [parameter, value] of Object.entries(drawParameters(searchSpace(name), 3, trial))) {
          const range = table[parameter as keyof typeof table];
          expect([parameter, value >= range.low && value <= range.high]).toEqual([parameter, true]);
          if (range.whole) expect(value).toBe(Math.round(value));
        }
  });

  test('is drawn evenly, factors where factors matter', () => {
    const space = { even: { low: 0, high: 10 }, factor: { low: 0.01, high: 100, logarithmic: true } };
    const draws = Array.from({ length: 1000 }, (_, trial) => drawParameters(space, 1, trial));
    const below = (name: string, limit: number): number =>
      draws.filter((draw) => (draw[name] ?? 0) < limit).length;
    expect(Math.abs(below('even', 5) - 500)).toBeLessThan(60);
    expect(Math.abs(below('factor', 1) - 500)).toBeLessThan(60);
  });
});
