import type { Market } from '../markets.ts';
import type { RowKey } from './changeSource.ts';
import type { Channel } from './channels.ts';
import { byOrder, idOf, type Row } from './row.ts';

/** What one may follow: a channel, of a market and of a timeframe where it has them. */
export interface Subject {
  readonly channel: Channel;
  readonly market: Market | null;
  readonly timeframe: string | null;
}

/** What changed in one topic at once. */
export interface TopicChange {
  readonly topic: Topic;
  /** New and changed rows, ascending. */
  readonly rows: readonly Row[];
  /** Rows that are no more. */
  readonly gone: readonly Row[];
  /** Rows that were left out because they were too many; null when nobody knows how many. */
  readonly dropped: number | null;
}

/** What those who follow a subject have been told so far. */
export class Topic implements Subject {
  readonly id: string;
  readonly channel: Channel;
  readonly market: Market | null;
  readonly timeframe: string | null;
  /** Number of the batch since which it has been followed without a break. */
  since = 0;
  /** When the last one left, or null while somebody follows it. */
  leftAt: number | null = null;
  #rows = new Map<string, Row>();
  #snapshot: readonly Row[] | null = null;

  constructor(subject: Subject) {
    this.id = topicId(subject);
    this.channel = subject.channel;
    this.market = subject.market;
    this.timeframe = subject.timeframe;
  }

  /** Begins with these rows. */
  fill(rows: readonly Row[]): void {
    this.#rows = new Map(rows.map((row) => [row.id, row]));
    this.#snapshot = null;
  }

  /** The newest rows, ascending. */
  get snapshot(): readonly Row[] {
    this.#snapshot ??= [...this.#rows.values()]
      .filter((row) => row.open)
      .sort(byOrder)
      .slice(-this.channel.snapshot);
    return this.#snapshot;
  }

  /** Takes over that the rows with these keys are now `found`; null when those who follow it know that already. */
  change(keys: readonly RowKey[], found: readonly Row[], most: number): TopicChange | null {
    const fresh = found.filter((row) => this.#rows.get(row.id)?.json !== row.json).sort(byOrder);
    const there = new Set(found.map((row) => row.id));
    const gone = keys.flatMap((key) => {
      const id = idOf(this.channel, key);
      return there.has(id) ? [] : (this.#rows.get(id) ?? []);
    });
    return this.#take(fresh, gone, fresh.length > most ? fresh.length - most : 0, most);
  }

  /** Takes over that the newest rows are now these, after changes were missed. */
  reload(newest: readonly Row[], most: number): TopicChange | null {
    const known = newest.some((row) => this.#rows.has(row.id));
    const fresh = newest.filter((row) => this.#rows.get(row.id)?.json !== row.json).sort(byOrder);
    const there = new Set(newest.map((row) => row.id));
    const oldest = [...newest].sort(byOrder)[0];
    const gone = [...this.#rows.values()].filter(
      (row) => !there.has(row.id) && (!oldest || byOrder(row, oldest) > 0),
    );
    // With nothing in common, there may be more between the two.
    const missed = this.channel.kind === 'events' && this.#rows.size > 0 && newest.length > 0 && !known;
    return this.#take(fresh, gone, missed ? null : 0, most);
  }

  #take(
    fresh: readonly Row[],
    gone: readonly Row[],
    dropped: number | null,
    most: number,
  ): TopicChange | null {
    if (fresh.length === 0 && gone.length === 0) return null;
    for (const row of gone) this.#rows.delete(row.id);
    for (const row of fresh) this.#rows.set(row.id, row);
    this.#trim();
    this.#snapshot = null;
    return { topic: this, rows: fresh.slice(-most), gone, dropped };
  }

  #trim(): void {
    // A fifth more than is kept, so that not every new row sorts them all.
    if (this.#rows.size <= this.channel.kept * 1.2) return;
    const rows = [...this.#rows.values()].sort(byOrder).slice(-this.channel.kept);
    this.#rows = new Map(rows.map((row) => [row.id, row]));
  }
}

/** What a topic is known by. */
export function topicId({ channel, market, timeframe }: Subject): string {
  return [channel.name, market?.exchange ?? '', market?.symbol ?? '', timeframe ?? ''].join(' ');
}
