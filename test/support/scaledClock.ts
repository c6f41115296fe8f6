import type { Clock } from '../../engine/clock.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Longest time of the machine that counts between two looks at its clock, in milliseconds. */
const LONGEST_STEP_MS = 4;

/**
 * A clock that runs a fixed number of times faster than the machine's: a soak of hours passes in minutes.
 *
 * When the process does not get to run, for another has the processor or much is to be done at once, the clock waits:
 * else half a second of it were a minute, and every deadline would pass before what it is for could happen. It stands
 * still while nobody sleeps.
 */
export class ScaledClock implements Clock {
  private readonly factor: number;
  private time: number;
  private lookedAt = performance.now();
  private ticking = false;
  /** Ascending by time. */
  private sleepers: Sleeper[] = [];

  /** @param startMs what it shows when it is made, milliseconds since the Unix epoch. */
  constructor(startMs: number, factor: number) {
    this.time = startMs;
    this.factor = factor;
  }

  now(): number {
    return Math.floor(this.look());
  }

  sleep(ms: number, signal?: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve(false);
      const stop = (): void => {
        this.sleepers = this.sleepers.filter((other) => other !== sleeper);
        resolve(false);
      };
      const wake = (): void => {
        signal?.removeEventListener('abort', stop);
        resolve(true);
      };
      const sleeper = { at: this.look() + ms, wake };
      const place = this.sleepers.findIndex((other) => other.at > sleeper.at);
      this.sleepers.splice(place < 0 ? this.sleepers.length : place, 0, sleeper);
      signal?.addEventListener('abort', stop, { once: true });
      this.tickSoon();
    });
  }

  private look(): number {
    const now = performance.now();
    this.time += Math.min(now - this.lookedAt, LONGEST_STEP_MS) * this.factor;
    this.lookedAt = now;
    return this.time;
  }

  private tickSoon(): void {
    if (this.ticking || this.sleepers.length === 0) return;
    this.ticking = true;
    setTimeout(() => {
      this.ticking = false;
      const now = this.look();
      while (this.sleepers[0] !== undefined && this.sleepers[0].at <= now) this.sleepers.shift()?.wake();
      this.tickSoon();
    }, 1);
  }
}
