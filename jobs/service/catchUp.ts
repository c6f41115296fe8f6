/** Milliseconds until a training that did not help is tried again; doubled each time, up to the longest. */
const PAUSE_MS = 5 * 60_000;
const LONGEST_PAUSE_MS = 6 * 3_600_000;

interface Tries {
  readonly count: number;
  readonly at: number;
}

/** Which models are still to be trained on features that changed, and when: at once, and after a growing pause where that did not help. */
export class CatchUp {
  #stamp = '';
  #names: readonly string[] = [];
  #tries = new Map<string, Tries>();

  /** @param stamp the version of the features that they are wanted for */
  wants(stamp: string, names: readonly string[]): void {
    // Of other features a training may come to another end.
    if (stamp !== this.#stamp) this.#tries.clear();
    this.#stamp = stamp;
    this.#names = names;
    for (const name of this.#tries.keys()) if (!names.includes(name)) this.#tries.delete(name);
  }

  /** Names to train now. @param now milliseconds since the Unix epoch */
  due(now: number): readonly string[] {
    return this.#names.filter((name) => {
      const tries = this.#tries.get(name);
      if (tries === undefined) return true;
      return now >= tries.at + Math.min(LONGEST_PAUSE_MS, PAUSE_MS * 2 ** (tries.count - 1));
    });
  }

  /** Told when a training of these ended, whatever came of it. */
  tried(names: readonly string[], now: number): void {
    for (const name of names)
      this.#tries.set(name, { count: (this.#tries.get(name)?.count ?? 0) + 1, at: now });
  }
}
