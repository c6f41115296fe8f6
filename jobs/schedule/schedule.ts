import { createTask, validateDetailed } from 'node-cron';
import { BadSchedule } from './errors.ts';

/** When something is to be run. */
export interface Schedule {
  /** As it was written. */
  readonly text: string;
  /**
   * Whether it is due. Times are milliseconds since the Unix epoch.
   *
   * @param lastStart when it was started last; null when never
   * @param lookedAt up to when that was asked before; what fell due in between is due now, if it is not older than an hour
   */
  isDue(now: number, lookedAt: number, lastStart: number | null): boolean;
}

const MINUTE = 60_000;
/** A run that was slept through is made up for this long. */
const GRACE = 60 * MINUTE;
const INTERVAL = /^(\d{1,6})\s*(min|h|d)$/;
const UNITS: Readonly<Record<string, number>> = { min: MINUTE, h: 60 * MINUTE, d: 1440 * MINUTE };

/**
 * Reads `off`, an interval such as `90 min`, `24h` or `7d`, or a cron expression of five fields in UTC such as `0 3 * * *`.
 *
 * @returns null for `off`
 * @throws BadSchedule
 */
export function parseSchedule(text: string): Schedule | null {
  const trimmed = text.trim();
  if (trimmed === 'off') return null;
  const [, count = '', unit = ''] = INTERVAL.exec(trimmed) ?? [];
  if (unit !== '') return every(trimmed, Number(count) * (UNITS[unit] ?? 0));
  return cron(trimmed);
}

/** Counted from the last start, whoever made it; the first time at once. */
function every(text: string, ms: number): Schedule {
  if (ms === 0) throw bad(text, 'an interval is longer than nothing');
  return { text, isDue: (now, _lookedAt, lastStart) => lastStart === null || now >= lastStart + ms };
}

function cron(text: string): Schedule {
  const { valid, errors } = validateDetailed(text);
  if (!valid || text.split(/\s+/).length !== 5)
    throw bad(text, errors[0]?.message ?? 'a cron expression has five fields');
  // Only asked which minutes match; its own timer never runs, for time is the clock's.
  const pattern = createTask(text, () => {}, { timezone: 'UTC' });
  return {
    text,
    isDue: (now, lookedAt) => {
      const from = Math.max(lookedAt, now - GRACE);
      for (let minute = (Math.floor(from / MINUTE) + 1) * MINUTE; minute <= now; minute += MINUTE)
        if (pattern.match(new Date(minute))) return true;
      return false;
    },
  };
}

function bad(text: string, why: string): BadSchedule {
  return new BadSchedule(
    `The schedule is ${JSON.stringify(text)} (${why});`,
    "write off, a time such as 90 min, 24h or 7d, or a cron expression such as '0 3 * * *'.",
  );
}
