import { describe, expect, test } from '@jest/globals';
import { type Bounds, type Episode, nextEpisode } from './episode.ts';

const MINUTE = 60_000;
const above: Bounds = { direction: 'above', threshold: 10, clear: 8, forMs: 2 * MINUTE, clearForMs: MINUTE };
const below: Bounds = { ...above, direction: 'below', threshold: 0, clear: 2 };

/** The states after each value, one a minute; `-` is none. */
function states(bounds: Bounds, values: readonly (number | null | undefined)[]): string {
  let episode: Episode | null = null;
  return values
    .map((value, minute) => {
      episode = nextEpisode(episode?.state === 'resolved' ? null : episode, value, bounds, minute * MINUTE);
      return episode === null ? '-' : episode.state.slice(0, 1);
    })
    .join('');
}

describe('an alert', () => {
  test.each([
    ['fires when it has lasted', above, [11, 11, 11, 11], 'ppff'],
    ['does not fire at the threshold itself', above, [10, 10, 10, 10], '----'],
    ['begins anew when it came back for a moment', above, [11, 11, 10, 11, 11, 11], 'pp-ppf'],
    ['stays between the thresholds', above, [11, 11, 11, 9, 9, 9], 'ppffff'],
    ['ends at the clear threshold, after a while', above, [11, 11, 11, 8, 8, 8], 'ppffr-'],
    ['goes on when it was good for a moment only', above, [11, 11, 11, 8, 9, 8, 9], 'ppfffff'],
    ['is not begun by a value between them', above, [9, 9, 9, 9], '----'],
    ['ends when its row is gone', above, [11, 11, 11, undefined, undefined], 'ppffr'],
    ['is as it was while the value is not known', above, [11, null, 11, null, null, 8, 8], 'ppffffr'],
    ['has the other side below', below, [-1, -1, -1, 1, 1, 2, 2], 'ppffffr'],
    ['fires below a threshold, not at it', below, [0, 0, 0, 0], '----'],
  ] as const)('%s', (_, bounds, values, expected) => {
    expect(states(bounds, values)).toBe(expected);
  });

  test('without waiting times fires and ends at once', () => {
    const bounds = { ...above, clear: 10, forMs: 0, clearForMs: 0 };
    expect(states(bounds, [11, 10, 11, 11])).toBe('frff');
  });

  test('says when it began, fired and ended', () => {
    let episode: Episode | null = null;
    for (const [minute, value] of [11, 11, 11, 8, 8].entries())
      episode = nextEpisode(episode, value, above, minute * MINUTE);
    expect(episode).toEqual({
      ...{ state: 'resolved', since: 0, firedAt: 2 * MINUTE },
      ...{ clearSince: 3 * MINUTE, resolvedAt: 4 * MINUTE },
    });
  });
});
