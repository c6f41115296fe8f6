import type { Accuracy, Promotion } from './records.ts';

const HOUR_MS = 3_600_000;

/**
 * The hours of the versions whose predictions counted then: of each hour those that were champion in it. Challengers predict too, in
 * their shadow, and are no part of how good the forecasts were. Of a replay, whose hours are long past when something is promoted,
 * those of the version that counts now.
 *
 * @param promotions in any order
 * @param current version that counts now
 */
export function servedHours(
  hours: readonly Accuracy[],
  promotions: readonly Promotion[],
  current: number,
): readonly Accuracy[] {
  const reigns = promotions
    .filter(({ alias, action }) => alias === 'champion' && action !== 'refuse')
    .map(({ version, decided_at }) => ({ version, since: Date.parse(decided_at) }))
    .sort((a, b) => a.since - b.since)
    .map((reign, index, all) => ({ ...reign, until: all[index + 1]?.since ?? Number.POSITIVE_INFINITY }));
  const served = hours.filter(({ hour, version }) => {
    const start = Date.parse(hour);
    return reigns.some(
      (reign) => reign.version === version && reign.since < start + HOUR_MS && reign.until > start,
    );
  });
  return served.length > 0 ? served : hours.filter(({ version }) => version === current);
}
