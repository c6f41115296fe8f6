import type { Clock } from '../../engine/clock.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: (slept: boolean) => void;
}

/** A clock that only moves when it is told to, and wakes sleepers in the order of their times. */
export class ManualClock implements Clock {
  private time: number;
  private sleepers: Sleeper[] = [];

  constructor(startMs: number) {
    this.time = startMs;
  }

  now(): number {
    return this.time;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve(false);
      const stop = (): void => {
        this.sleepers = this.sleepers.filter((other) => other !== sleeper);
        resolve(false);
      };
      const wake = (slept: boolean): void => {
        signal?.removeEventListener('abort', stop);
        resolve(slept);
      };
      const sleeper: Sleeper = { at: this.time + ms, wake };
      this.sleepers.push(sleeper);
      signal?.addEventListener('abort', stop, { once: true });
    });
  }

  /** How many are asleep. */
  get sleeping(): number {
    return this.sleepers.length;
  }

  /** Moves to the next sleeper's time and wakes it. */
  wakeNext(): void {
    const next = this.sleepers.reduce<Sleeper | null>((a, b) => (a === null || b.at < a.at ? b : a), null);
    if (next === null) return;
    this.sleepers = this.sleepers.filter((other) => other !== next);
    this.time = Math.max(this.time, next.at);
    next.wake(true);
  }

  /** Wakes sleeper after sleeper until the work is done, letting it run in between; a clock for tests that must not wait. */
  async runUntil<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const settled = work.finally(() => {
      done = true;
    });
    settled.catch(() => undefined);
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve));
      this.wakeNext();
    }
    return settled;
  }
}
