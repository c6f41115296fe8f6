import type { TopicChange } from './topic.ts';

/** What was published at once, in one channel. */
export interface Batch {
  readonly sequence: number;
  readonly changes: readonly TopicChange[];
}

/** The last batches, for those who come back: as many as fit. */
export class Replay {
  readonly #most: number;
  #batches: { readonly batch: Batch; readonly bytes: number }[] = [];
  #bytes = 0;
  #forgotten = 0;

  /** @param most bytes of rows that are kept */
  constructor(most: number) {
    this.#most = most;
  }

  add(batch: Batch): void {
    const bytes = batch.changes.reduce((sum, change) => sum + bytesOf(change), 0);
    this.#batches.push({ batch, bytes });
    this.#bytes += bytes;
    let first = 0;
    while (this.#bytes > this.#most && first < this.#batches.length) {
      const oldest = this.#batches[first++];
      this.#bytes -= oldest?.bytes ?? 0;
      this.#forgotten = oldest?.batch.sequence ?? this.#forgotten;
    }
    if (first > 0) this.#batches = this.#batches.slice(first);
  }

  /** The batches after this one, or null when not all of them are there any more. */
  after(sequence: number): readonly Batch[] | null {
    if (sequence < this.#forgotten) return null;
    return this.#batches.flatMap(({ batch }) => (batch.sequence > sequence ? [batch] : []));
  }
}

/** Characters, near enough to bytes, and what the objects around them take. */
function bytesOf({ rows, gone }: TopicChange): number {
  return [...rows, ...gone].reduce((sum, row) => sum + row.json.length + row.key.length + 200, 200);
}
