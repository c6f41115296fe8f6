import { LONGEST_WAIT_MS } from './http/waits.ts';

/** How a source's visits have gone. */
export interface PollHistory {
  /** Shortest time between visits, in milliseconds. */
  readonly intervalMs: number;
  /** Visits in a row that failed. */
  readonly failures: number;
  /** What the source asked for, in milliseconds. */
  readonly askedMs: number;
}

/** Sources are not visited all at once at start. */
const SPREAD_MS = 5000;
/** After a failure the wait grows twofold up to this many times. */
const DOUBLINGS = 6;
/** Waits vary by this share, always upwards, so that readers everywhere do not come in step. */
const JITTER = 0.1;

/** Time to the first visit, in whole milliseconds. @param chance uniform in [0, 1). */
export function firstWaitMs(chance: number): number {
  return Math.round(chance * SPREAD_MS);
}

/** Time to the next visit, in whole milliseconds: the interval, longer after failures, and never less than the source asked for. */
export function nextWaitMs({ intervalMs, failures, askedMs }: PollHistory, chance: number): number {
  const backoff = intervalMs * 2 ** Math.min(DOUBLINGS, failures);
  const wait = Math.max(intervalMs, Math.min(LONGEST_WAIT_MS, backoff), askedMs);
  return Math.round(wait * (1 + JITTER * chance));
}
