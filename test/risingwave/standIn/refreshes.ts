import type pg from 'pg';
import type { Subscriptions } from './subscriptions.ts';
import type { TopicSink } from './topicSink.ts';
import { Written } from './written.ts';

/** Which materialized views there are, in the order in which they read each other, and what a flush has to do for them. */
export class Refreshes {
  readonly written: Written;
  readonly #client: pg.Pool;
  readonly #subscriptions: Subscriptions;
  readonly #views = new Set<string>();
  /** Views that what was written is not in, and relations whose changes were not told. */
  readonly #stale = new Set<string>();
  readonly #untold = new Set<string>();

  constructor(client: pg.Pool, subscriptions: Subscriptions) {
    this.#client = client;
    this.#subscriptions = subscriptions;
    this.written = new Written(client);
  }

  /** A view that is about to be made; it may be filled before what it reads is up to date. */
  add(view: string): void {
    this.#views.add(view);
    this.#stale.add(view);
  }

  remove(view: string): void {
    this.#views.delete(view);
    this.#stale.delete(view);
  }

  /** All rows of a relation are to be told at the next flush. */
  tell(relation: string): void {
    this.#untold.add(relation);
  }

  /** Brings what was written into the views that hang on it, then tells subscriptions and sinks. What fails is made up for by the next. */
  async flush(sinks: Iterable<TopicSink>): Promise<void> {
    const { tables, views } = await this.written.take();
    for (const view of views) this.#stale.add(view);
    for (const table of tables) this.#untold.add(table);
    for (const table of tables) await this.#client.query(`analyze ${table}`);
    for (const view of this.#views) {
      if (!this.#stale.has(view) || !(await this.#isThere(view))) continue;
      await this.#client.query(`refresh materialized view ${view}; analyze ${view}`);
      this.#stale.delete(view);
      this.#untold.add(view);
    }
    if (this.#untold.size > 0) await this.#subscriptions.note(this.#untold);
    this.#untold.clear();
    for (const sink of sinks) await sink.send();
  }

  async #isThere(view: string): Promise<boolean> {
    const { rows } = await this.#client.query('select from pg_matviews where matviewname = $1', [view]);
    return rows.length > 0;
  }
}
