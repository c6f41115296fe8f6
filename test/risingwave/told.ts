import type { ViewChanges } from '../../engine/postgres/feed.ts';

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
    for (;;) {
      const found = ask();
      if (found) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
