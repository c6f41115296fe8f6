import type { ViewChanges } from '../../engine/postgres/feed.ts';

/** Long after a change is told on any engine that tells it. */
const WITHIN_MS = 300_000;

/** What a subscriber was told, to be waited for. */
export class Told {
  readonly #told: ViewChanges[] = [];
  #wake: () => void = () => {};

  push(changes: ViewChanges): void {
    this.#told.push(changes);
    this.#wake();
  }

  async first(wanted: (changes: ViewChanges) => boolean): Promise<ViewChanges> {
    return this.#until(() => this.#told.find(wanted));
  }

  /** Waits for so many of them. */
  async times(wanted: (changes: ViewChanges) => boolean, count: number): Promise<ViewChanges> {
    return this.#until(() => this.#told.filter(wanted)[count - 1]);
  }

  /** Waits for one that came after so many times that everything was to be read anew. */
  async after(times: number, wanted: (changes: ViewChanges) => boolean): Promise<ViewChanges> {
    return this.#until(() => {
      const begins = this.#told.flatMap(({ truncated }, index) => (truncated === true ? [index] : []));
      return this.#told.slice(begins[times - 1] ?? this.#told.length).find(wanted);
    });
  }

  async #until(ask: () => ViewChanges | undefined): Promise<ViewChanges> {
    const end = AbortSignal.timeout(WITHIN_MS);
    for (;;) {
      const found = ask();
      if (found) return found;
      if (end.aborted) throw new Error(`waited ${WITHIN_MS / 1000} s in vain; told were ${this.#summary()}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        end.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  /** How many changes came at a time, and when everything was to be read anew. */
  #summary(): string {
    return JSON.stringify(
      this.#told.map(({ changes, truncated }) => (truncated === true ? 'anew' : changes.length)),
    );
  }
}
