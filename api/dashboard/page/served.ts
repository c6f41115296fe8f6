import type { Accuracy, Prediction, Promotion } from './records.ts';

const MINUTE_MS = 60_000;
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
  const reigns = reignsOf(promotions);
  const served = hours.filter(({ hour, version }) => {
    const start = Date.parse(hour);
    return reigns.some(
      (reign) => reign.version === version && reign.since < start + HOUR_MS && reign.until > start,
    );
  });
  return served.length > 0 ? served : hours.filter(({ version }) => version === current);
}

/** Of each prediction's window those of the version that was champion then; of a window of which none was, those that count now. */
export function servedPredictions(
  predictions: readonly Prediction[],
  promotions: readonly Promotion[],
  current: number,
): readonly Prediction[] {
  const reigns = reignsOf(promotions);
  return predictions.filter(({ window_start, version }) => {
    // It is made when its minute is over.
    const made = Date.parse(window_start) + MINUTE_MS;
    const reign = reigns.find(({ since, until }) => since <= made && made < until);
    return version === (reign?.version ?? current);
  });
}

interface Reign {
  readonly version: number;
  readonly since: number;
  readonly until: number;
}

/** Who was champion from when to when, oldest first. */
function reignsOf(promotions: readonly Promotion[]): readonly Reign[] {
  return promotions
    .filter(({ alias, action }) => alias === 'champion' && action !== 'refuse')
    .map(({ version, decided_at }) => ({ version, since: Date.parse(decided_at) }))
    .sort((a, b) => a.since - b.since)
    .map((reign, index, all) => ({ ...reign, until: all[index + 1]?.since ?? Number.POSITIVE_INFINITY }));
}
