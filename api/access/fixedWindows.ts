import type { Clock } from '../context.ts';

const WINDOW_MS = 60_000;
const MOST_CLIENTS = 10_000;

/** A minute of one client. */
interface Window {
  readonly endsAt: number;
  hits: number;
}

/** How a client stands in its minute. */
export interface Standing {
  readonly hits: number;
  /** Seconds until the next minute begins. */
  readonly seconds: number;
}

/** Counts requests a minute and client. Of so many clients that memory would grow, the first ones are forgotten. */
export class FixedWindows {
  readonly #clock: Clock;
  readonly #windows = new Map<string, Window>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a request. */
  hit(client: string): Standing {
    const now = this.#clock.now();
    let window = this.#windows.get(client);
    if (window === undefined || window.endsAt <= now) {
      this.#windows.delete(client);
      const [oldest] = this.#windows.keys();
      if (this.#windows.size >= MOST_CLIENTS && oldest !== undefined) this.#windows.delete(oldest);
      window = { hits: 0, endsAt: now + WINDOW_MS };
      this.#windows.set(client, window);
    }
    window.hits += 1;
    return { hits: window.hits, seconds: Math.ceil((window.endsAt - now) / 1000) };
  }
}
