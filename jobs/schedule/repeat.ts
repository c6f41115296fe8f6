import type { Clock } from '../../engine/clock.ts';
import { said } from '../models/errors.ts';

export interface RepeatOptions {
  /** What is done, in words that begin a sentence, as `judging challengers`. */
  readonly what: string;
  readonly everyMs: number;
  readonly work: (signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  /** Told when it fails, once for each new reason. */
  readonly say: (sentence: string) => void;
}

/** Does something again and again until the signal, a pause after each time; what fails is said and tried again. */
export async function repeat(
  { what, everyMs, work, clock, say }: RepeatOptions,
  signal: AbortSignal,
): Promise<void> {
  let failure: string | null = null;
  while (!signal.aborted) {
    try {
      await work(signal);
      failure = null;
    } catch (error) {
      const reason = said(error);
      if (reason !== failure && !signal.aborted) say(`${what} failed and is tried again: ${reason}`);
      failure = reason;
    }
    await clock.sleep(everyMs, signal);
  }
}
