import type { Clock } from '../context.ts';

/** Lets so many things a second pass on average, and twice as many at once. */
export class Meter {
  readonly #clock: Clock;
  readonly #perSecond: number;
  #left: number;
  #at: number;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#left = perSecond * 2;
    this.#at = clock.now();
  }

  /** Whether one more may pass now. */
  pass(): boolean {
    const now = this.#clock.now();
    this.#left = Math.min(this.#perSecond * 2, this.#left + ((now - this.#at) * this.#perSecond) / 1000);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
