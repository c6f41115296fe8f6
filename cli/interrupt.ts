import { EXIT } from './exitCodes.ts';

/** A terminal's Ctrl-C reaches us twice under npm, once by itself and once passed on: both are the first. */
const SAME_WITHIN_MS = 1000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Aborts at the first Ctrl-C, SIGTERM or SIGHUP, so that the verb can end in order; a second one ends the process at
 * once. The database is told to stop even then.
 */
export function onInterrupt(say: (line: string) => void, now: () => number = Date.now): AbortSignal {
  const abort = new AbortController();
  let first: number | null = null;
  const interrupt = (): void => {
    if (first === null) {
      first = now();
      say('stopping; press Ctrl-C again to end at once');
      abort.abort();
    } else if (now() - first > SAME_WITHIN_MS) {
      process.exit(EXIT.interrupted);
    }
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  return abort.signal;
}

/** Resolves once the signal has aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
