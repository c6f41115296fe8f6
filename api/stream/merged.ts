import { byOrder, type Row } from './row.ts';
import type { Topic, TopicChange } from './topic.ts';

/** Changes that came one after the other, as one. */
export function merged(changes: readonly TopicChange[]): readonly TopicChange[] {
  const all = new Merged();
  all.add(changes);
  return all.changes();
}

interface Parts {
  readonly rows: Map<string, Row>;
  readonly gone: Map<string, Row>;
  dropped: number | null;
}

/** Changes of one channel that are told together: of a row that changed twice, what it is in the end. */
export class Merged {
  readonly #first = new Map<Topic, TopicChange>();
  readonly #parts = new Map<Topic, Parts>();

  add(changes: readonly TopicChange[]): void {
    for (const change of changes) {
      const { topic } = change;
      const first = this.#first.get(topic);
      if (!first) this.#first.set(topic, change);
      else {
        const parts = this.#parts.get(topic) ?? apart(first);
        this.#parts.set(topic, parts);
        put(parts, change);
      }
    }
  }

  /** By market, each in order. */
  changes(): readonly TopicChange[] {
    return [...this.#first.values()].map((change) => {
      const parts = this.#parts.get(change.topic);
      if (!parts) return change;
      return {
        topic: change.topic,
        rows: [...parts.rows.values()].sort(byOrder),
        gone: [...parts.gone.values()],
        dropped: parts.dropped,
      };
    });
  }
}

function apart(change: TopicChange): Parts {
  const parts: Parts = { rows: new Map(), gone: new Map(), dropped: 0 };
  put(parts, change);
  return parts;
}

function put(parts: Parts, { rows, gone, dropped }: TopicChange): void {
  for (const row of gone) {
    parts.rows.delete(row.id);
    parts.gone.set(row.id, row);
  }
  for (const row of rows) {
    parts.gone.delete(row.id);
    parts.rows.set(row.id, row);
  }
  parts.dropped = parts.dropped === null || dropped === null ? null : parts.dropped + dropped;
}
