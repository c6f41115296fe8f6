/** One row of a view that a refresh wrote, or of a landing table that was written since the last one: then always an `insert`. */
export interface RowChange {
  readonly op: 'insert' | 'update' | 'delete';
  /** Grain columns. */
  readonly key: Readonly<Record<string, unknown>>;
  /** The whole row after the change; null when it is gone. */
  readonly row: Readonly<Record<string, unknown>> | null;
}

/** What one refresh changed in one view. */
export interface ViewChanges {
  /** Counts refreshes over the life of the data folder; a subscriber sees them in order. */
  readonly refresh: number;
  readonly view: string;
  readonly changes: readonly RowChange[];
  /** There were more than are told. Of landing tables only. */
  readonly truncated?: boolean;
}

/** Receives changes; the next refresh is not delivered before it returns. */
export type Subscriber = (changes: ViewChanges) => void | Promise<void>;

/** Subscribers by view, inside the process. */
export class Feed {
  readonly #subscribers = new Map<string, Set<Subscriber>>();

  /** Returns the function that ends the subscription. */
  subscribe(view: string, subscriber: Subscriber): () => void {
    const set = this.#subscribers.get(view) ?? new Set();
    this.#subscribers.set(view, set.add(subscriber));
    return () => {
      set.delete(subscriber);
      if (set.size === 0) this.#subscribers.delete(view);
    };
  }

  wants(view: string): boolean {
    return this.#subscribers.has(view);
  }

  /** Delivers in order; what a subscriber throws ends neither the refresh nor the others' delivery, and is given back. */
  async publish(batch: readonly ViewChanges[]): Promise<Error[]> {
    const failures: Error[] = [];
    for (const changes of batch) {
      for (const subscriber of this.#subscribers.get(changes.view) ?? []) {
        try {
          await subscriber(changes);
        } catch (cause) {
          failures.push(
            new Error(`a subscriber of ${changes.view} failed at refresh ${changes.refresh}`, { cause }),
          );
        }
      }
    }
    return failures;
  }
}
