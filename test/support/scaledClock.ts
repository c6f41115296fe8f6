import type { Clock } from '../../engine/clock.ts';

/** A clock that runs a fixed number of times faster than the machine's: a soak of hours passes in minutes. */
export class ScaledClock implements Clock {
  readonly factor: number;
  private readonly startMs: number;
  private readonly origin = performance.now();

  /** @param startMs what it shows when it is made, milliseconds since the Unix epoch. */
  constructor(startMs: number, factor: number) {
    this.startMs = startMs;
    this.factor = factor;
  }

  now(): number {
    return Math.floor(this.startMs + (performance.now() - this.origin) * this.factor);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<boolean> {
    const until = this.now() + ms;
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve(false);
      const stop = (): void => {
        clearTimeout(timer);
        resolve(false);
      };
      // A timer may fire a little early; a sleeper must never wake before its time.
      const tick = (): void => {
        const left = until - this.now();
        if (left > 0) {
          timer = setTimeout(tick, Math.ceil(left / this.factor));
          return;
        }
        signal?.removeEventListener('abort', stop);
        resolve(true);
      };
      let timer = setTimeout(tick, Math.ceil(ms / this.factor));
      signal?.addEventListener('abort', stop, { once: true });
    });
  }
}
