import { gapMessage, type Message, rowsMessage } from './message.ts';
import type { Row } from './row.ts';
import type { Topic, TopicChange } from './topic.ts';

/** Rows of one message. */
const ROWS_PER_MESSAGE = 200;

interface Waiting {
  readonly row: Row;
  readonly gone: boolean;
}

/**
 * What waits for a slow client. Of rows that replace each other only the newest is kept; of events none is, and how many were
 * left out is told. So it is never larger than the number of rows that changed.
 */
export class Outbox {
  readonly #rows = new Map<Topic, Map<string, Waiting>>();
  readonly #dropped = new Map<Topic, number | null>();
  #size = 0;

  /** Rows that wait. */
  get size(): number {
    return this.#size;
  }

  get isEmpty(): boolean {
    return this.#size === 0 && this.#dropped.size === 0;
  }

  add(changes: readonly TopicChange[]): void {
    for (const { topic, rows, gone, dropped } of changes) {
      if (dropped !== 0) this.#drop(topic, dropped);
      if (topic.channel.kind === 'events') {
        if (rows.length > 0) this.#drop(topic, rows.length);
      } else for (const row of rows) this.#keep(topic, { row, gone: false });
      for (const row of gone) this.#keep(topic, { row, gone: true });
    }
  }

  /** No longer of interest. */
  remove(topic: Topic): void {
    this.#dropped.delete(topic);
    this.#size -= this.#rows.get(topic)?.size ?? 0;
    this.#rows.delete(topic);
  }

  /** Takes what makes the next message; null when nothing waits. */
  next(cursor: string): Message | null {
    for (const [topic, dropped] of this.#dropped) {
      this.#dropped.delete(topic);
      return gapMessage(topic, dropped, cursor);
    }
    for (const [topic, rows] of this.#rows) {
      const [first] = rows.values();
      if (!first) {
        this.#rows.delete(topic);
        continue;
      }
      const alike = [...rows.values()].filter((one) => one.gone === first.gone).slice(0, ROWS_PER_MESSAGE);
      for (const { row } of alike) rows.delete(row.id);
      this.#size -= alike.length;
      const texts = alike.map(({ row }) => (first.gone ? row.key : row.json));
      return rowsMessage(topic.channel, first.gone ? 'delete' : 'update', texts, cursor);
    }
    return null;
  }

  #keep(topic: Topic, waiting: Waiting): void {
    const rows = this.#rows.get(topic) ?? new Map<string, Waiting>();
    this.#rows.set(topic, rows);
    this.#size -= rows.size;
    rows.set(waiting.row.id, waiting);
    this.#size += rows.size;
  }

  #drop(topic: Topic, count: number | null): void {
    const before = this.#dropped.has(topic) ? (this.#dropped.get(topic) ?? null) : 0;
    this.#dropped.set(topic, before === null || count === null ? null : before + count);
  }
}
