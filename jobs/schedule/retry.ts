import type { JobRun } from './jobRuns.ts';

const MINUTE = 60_000;
/** Pause after the first failure; it doubles with each that follows, up to the longest. */
const FIRST_PAUSE = 5 * MINUTE;
const LONGEST_PAUSE = 6 * 60 * MINUTE;
/** A run that is under way writes its row every second: one that has not for so long has died with its process. */
const SILENCE = MINUTE;

/** Runs of a kind that are looked at to see how often it failed in a row. */
export const LOOKED_AT = 10;

/**
 * Whether a run is to be made up for before its schedule comes round: one that failed, one whose process died, and one that ended
 * because Tickwave was stopped. What somebody called off waits for its turn.
 *
 * @param runs the newest first
 * @param now milliseconds since the Unix epoch
 */
export function isRetryDue(runs: readonly JobRun[], now: number): boolean {
  const [last] = runs;
  if (last === undefined || !endedBadly(last, now)) return false;
  const well = runs.findIndex((run) => !endedBadly(run, now));
  const failures = well < 0 ? runs.length : well;
  const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1));
  return now >= Date.parse(last.updatedAt) + pause;
}

function endedBadly({ state, cancelRequested, updatedAt }: JobRun, now: number): boolean {
  if (state === 'running') return now >= Date.parse(updatedAt) + SILENCE;
  return state === 'failed' || state === 'lost' || (state === 'cancelled' && !cancelRequested);
}
