import type { Clock } from '../context.ts';

/** A clock that can also be waited for. */
export interface StreamClock extends Clock {
  /** Resolves after `ms` milliseconds, or at once with false when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<boolean>;
}
