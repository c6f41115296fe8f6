import { seeded } from '../history.ts';

/** Seeded choices: one number replays them all. */
export class Chance {
  readonly #random: () => number;
  #names = 0;

  constructor(seed: number) {
    this.#random = seeded(seed);
  }

  /** A name that was not given before. */
  name(prefix: string): string {
    return `${prefix}${++this.#names}`;
  }

  /** A number from 0 up to 1. */
  fraction(): number {
    return this.#random();
  }

  /** A whole number, both ends included. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.#random() * (to - from + 1));
  }

  /** True with a probability. */
  likely(probability: number): boolean {
    return this.#random() < probability;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.whole(0, items.length - 1)];
    if (item === undefined) throw new TypeError('nothing to pick from');
    return item;
  }

  /** Some of them, in their order; at least `least`. */
  some<T>(items: readonly T[], least = 1, most = items.length): T[] {
    const wanted = Math.min(items.length, this.whole(least, Math.max(least, most)));
    const left = items.map((_, index) => index);
    const kept = new Set<number>();
    while (kept.size < wanted) kept.add(left.splice(this.whole(0, left.length - 1), 1)[0] ?? 0);
    return items.filter((_, index) => kept.has(index));
  }
}
