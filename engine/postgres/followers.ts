import type { Clock } from '../clock.ts';

/** A process that follows says so again within this time, in milliseconds; then nothing is told for it any more. */
const FOLLOWED_MS = 30_000;

/**
 * Which changed keys go out as notifications: of the views that the configuration names, and of what other processes follow. Telling
 * costs each refresh, so it ends by itself when nobody has asked for a while.
 */
export class Followers {
  readonly #always: ReadonlySet<string>;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #until = new Map<string, number>();
  /** Followed, and not told yet that anything may have changed before the first keys. */
  #begun = new Set<string>();

  constructor(always: readonly string[], clock: Pick<Clock, 'now'>) {
    this.#always = new Set(always);
    this.#clock = clock;
  }

  /** For an engine that nobody follows from outside. */
  static none(): Followers {
    return new Followers([], { now: () => 0 });
  }

  /** Another process wants the changes of a view or table, from now on for a while. */
  heard(relation: string): void {
    const now = this.#clock.now();
    for (const [name, until] of this.#until) if (until < now) this.#until.delete(name);
    if (!this.#until.has(relation)) this.#begun = new Set([...this.#begun, relation]);
    this.#until.set(relation, now + FOLLOWED_MS);
  }

  wants(relation: string): boolean {
    return (
      this.#always.has(relation) ||
      (this.#until.get(relation) ?? Number.NEGATIVE_INFINITY) >= this.#clock.now()
    );
  }

  /** Those that are followed since the last time, to whom everything may have changed. */
  begun(): ReadonlySet<string> {
    return this.#begun;
  }

  /** They were told so. */
  told(relations: ReadonlySet<string>): void {
    this.#begun = new Set([...this.#begun].filter((relation) => !relations.has(relation)));
  }

  /** Whatever was known of the changes is not any more. */
  beginAnew(): void {
    this.#begun = new Set(this.#until.keys());
  }
}
