import type { ClientRateLimitInfo, Store } from 'express-rate-limit';
import type { Clock } from '../context.ts';

const WINDOW_MS = 60_000;
const MOST_CLIENTS = 10_000;

interface Window {
  readonly resetTime: Date;
  totalHits: number;
}

/** Counts requests a minute and client. Of so many clients that memory would grow, the first ones are forgotten. */
export class FixedWindows implements Store {
  readonly localKeys = true;
  readonly #clock: Clock;
  readonly #windows = new Map<string, Window>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  increment(client: string): ClientRateLimitInfo {
    const now = this.#clock.now();
    const known = this.#windows.get(client);
    if (known !== undefined && known.resetTime.getTime() > now) {
      known.totalHits += 1;
      return known;
    }
    this.#windows.delete(client);
    const [oldest] = this.#windows.keys();
    if (this.#windows.size >= MOST_CLIENTS && oldest !== undefined) this.#windows.delete(oldest);
    const begun = { totalHits: 1, resetTime: new Date(now + WINDOW_MS) };
    this.#windows.set(client, begun);
    return begun;
  }

  decrement(client: string): void {
    const known = this.#windows.get(client);
    if (known !== undefined) known.totalHits -= 1;
  }

  resetKey(client: string): void {
    this.#windows.delete(client);
  }
}
