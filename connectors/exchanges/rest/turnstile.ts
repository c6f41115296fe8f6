import type { Clock } from '../../../engine/clock.ts';
import { LimitReached } from '../../errors.ts';

/** Callers that may wait at once. */
const MAX_WAITING = 10_000;

interface Caller {
  pass(passed: boolean): void;
}

/** Lets callers pass one by one, in the order they came, no closer together than the interval. */
export class Turnstile {
  private readonly clock: Clock;
  private readonly intervalMs: number;
  private callers: Caller[] = [];
  private freeAt = Number.NEGATIVE_INFINITY;
  private running = false;
  private deserted = new AbortController();

  constructor(clock: Clock, intervalMs: number) {
    this.clock = clock;
    this.intervalMs = intervalMs;
  }

  get waiting(): number {
    return this.callers.length;
  }

  /** Resolves with true when it is the caller's turn, with false when the signal aborts first. @throws LimitReached */
  pass(signal?: AbortSignal): Promise<boolean> {
    if (this.callers.length >= MAX_WAITING) {
      throw new LimitReached(
        `${MAX_WAITING} requests wait for their turn.`,
        'Await some before asking more.',
      );
    }
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve(false);
      const leave = (): void => {
        this.callers = this.callers.filter((other) => other !== caller);
        if (this.callers.length === 0) this.deserted.abort();
        resolve(false);
      };
      const caller: Caller = {
        pass: (passed) => {
          signal?.removeEventListener('abort', leave);
          resolve(passed);
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.callers.push(caller);
      if (!this.running) void this.run();
    });
  }

  /** Nobody passes for so long, in milliseconds: the server asked for a pause. */
  hold(ms: number): void {
    this.freeAt = Math.max(this.freeAt, this.clock.now() + ms);
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.callers.length > 0) {
      const wait = this.freeAt - this.clock.now();
      if (wait > 0) {
        this.deserted = new AbortController();
        await this.clock.sleep(wait, this.deserted.signal);
        // Held for longer meanwhile, or all have gone: look again.
        continue;
      }
      this.freeAt = this.clock.now() + this.intervalMs;
      this.callers.shift()?.pass(true);
    }
    this.running = false;
  }
}
