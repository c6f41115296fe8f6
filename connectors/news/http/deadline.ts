import type { Clock } from '../../../engine/clock.ts';

/** The work took longer than it may. */
export class DeadlinePassed extends Error {}

/**
 * Runs work that a signal stops: the caller's, or the one that comes when the time is over.
 * @throws DeadlinePassed when the work failed because of the time; else what the work throws.
 */
export async function beforeDeadline<T>(
  options: { readonly clock: Clock; readonly timeoutMs: number; readonly signal: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { clock, timeoutMs, signal } = options;
  // Not AbortSignal.any: a signal that lives for weeks would gather what depends on it.
  const stop = new AbortController();
  const onAbort = (): void => stop.abort();
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) stop.abort();
  let late = false;
  const done = new AbortController();
  void clock.sleep(timeoutMs, done.signal).then((slept) => {
    late = slept;
    if (slept) stop.abort();
  });
  try {
    return await work(stop.signal);
  } catch (cause) {
    if (late) throw new DeadlinePassed('The time is over.', { cause });
    throw cause;
  } finally {
    signal.removeEventListener('abort', onAbort);
    done.abort();
  }
}
