import type { Clock } from '../../../../../engine/clock.ts';

/** Sleeps from this length on are deadlines of a request, which pass only when the test says so. */
const DEADLINE_MS = 5000;

/** A clock whose pauses pass at once, and are remembered. */
export class PausesPassed implements Clock {
  readonly pauses: number[] = [];
  private time: number;
  private deadlines: (() => void)[] = [];

  constructor(startMs: number) {
    this.time = startMs;
  }

  now(): number {
    return this.time;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<boolean> {
    if (signal?.aborted) return false;
    if (ms === DEADLINE_MS) {
      return new Promise((resolve) => {
        signal?.addEventListener('abort', () => resolve(false), { once: true });
        this.deadlines.push(() => resolve(true));
      });
    }
    this.pauses.push(ms);
    this.time += ms;
    return true;
  }

  /** Moves the time on. */
  advance(ms: number): void {
    this.time += ms;
  }

  /** Lets every deadline that is open pass. */
  expire(): void {
    for (const pass of this.deadlines.splice(0)) pass();
  }
}
