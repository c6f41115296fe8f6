import type { ClientBase } from 'pg';
import { Arrivals, type Arrived } from './arrivals.ts';
import { names } from './compile/names.ts';
import { identifier } from './compile/restrict.ts';
import { type Layout, watchedTables } from './deploy/plan.ts';
import { sessionTables } from './deploy/session.ts';
import type { Feed, RowChange, ViewChanges } from './feed.ts';
import { Followers } from './followers.ts';
import { CHANGES_CHANNEL, notifyKeys } from './notify.ts';

/** What one refresh did. */
export interface Refresh {
  /** Counts refreshes that changed something, or found that followed landing tables had changed. */
  readonly sequence: number;
  /** Views that changed, with rows written and seconds taken, in order. */
  readonly views: readonly { readonly view: string; readonly changed: number; readonly seconds: number }[];
  readonly seconds: number;
  /** When it began, in milliseconds of `performance.now()`: what was committed before is in it. */
  readonly startedAt: number;
}

/** Work in the transaction of a refresh. */
export interface Around {
  /** Before the snapshot is taken: for locks. */
  readonly first?: (client: ClientBase) => Promise<void>;
  /** Before the views are refreshed. */
  readonly before?: (client: ClientBase) => Promise<void>;
  /** Once they are, and all of it was told. */
  readonly after?: (client: ClientBase, views: Refresh['views']) => Promise<void>;
  /** Afterwards names stand for other rows: whoever follows has to read anew. */
  readonly anew?: true;
}

/** Beyond this the summary of a refresh does not fit a notification, and says only its number. */
const SUMMARY_LIMIT = 7000;

/** Runs refreshes: each one transaction through the whole graph, on one snapshot. */
export class Refresher {
  readonly #client: ClientBase;
  readonly #layout: Layout;
  readonly #feed: Feed;
  readonly #followers: Followers;
  readonly #arrivals: Arrivals;

  /** @param followers whose keys go out as notifications too */
  constructor(client: ClientBase, layout: Layout, feed: Feed, followers = Followers.none()) {
    this.#client = client;
    this.#layout = layout;
    this.#feed = feed;
    this.#followers = followers;
    this.#arrivals = new Arrivals(layout);
  }

  /**
   * Brings all views up to date with what was committed before it began.
   *
   * @param due views whose freshness has run out; `'all'` leaves nothing put off
   * @param everything views to compute anew from their inputs, with nothing trusted
   */
  async refresh(
    due: readonly string[] | 'all',
    everything: readonly string[] = [],
    around: Around = {},
  ): Promise<{ refresh: Refresh; changes: ViewChanges[] }> {
    const started = performance.now();
    const all = this.#layout.views.map((view) => view.name);
    const begun = this.#followers.begun();
    await this.#client.query('begin isolation level repeatable read');
    try {
      await around.first?.(this.#client);
      await around.before?.(this.#client);
      const { rows } = await this.#client.query<{ view: string; changed: string; seconds: number }>({
        name: 'refresh',
        text: 'select view, changed, seconds from engine.refresh($1, $2)',
        values: [everything, due === 'all' ? all : due],
      });
      const views = rows.map((row) => ({
        view: row.view,
        changed: Number(row.changed),
        seconds: row.seconds,
      }));
      const arrived = await this.#arrived();
      const tables = arrived.flatMap((table) => table.changes ?? []);
      const tells = views.length + tables.length + begun.size > 0 || around.anew === true;
      const sequence = tells ? await this.#number() : 0;
      const changes: ViewChanges[] = tables.map((table) => ({ ...table, refresh: sequence }));
      for (const { view } of views)
        if (this.#feed.wants(view) || this.#followers.wants(view))
          changes.push(await this.#changesOf(view, sequence));
      await this.#notifyKeys(changes, begun, sequence);
      await around.after?.(this.#client, views);
      if (tells) await this.#summarise(sequence, views, around.anew === true);
      await this.#client.query('commit');
      this.#followers.told(begun);
      for (const { remember } of arrived) remember();
      return {
        refresh: { sequence, views, seconds: (performance.now() - started) / 1000, startedAt: started },
        changes,
      };
    } catch (error) {
      await this.#client.query('rollback');
      throw error;
    }
  }

  /**
   * Empties the working tables and cleans the marks of what was deleted. Autovacuum sees none of these; what a large refresh
   * leaves there would be read by every small one after it. Plans are made anew afterwards, so this is not for every refresh.
   *
   * @param large views of which much changed: only what their refresh and that of their readers works in; all without it
   */
  async clean(large?: readonly string[]): Promise<void> {
    const marks = watchedTables(this.#layout).map((table) => `engine.${names.marks(table.name)}`);
    const working = sessionTables(this.#layout, large && readersOf(this.#layout, large));
    if (working.length > 0) await this.#client.query(`truncate ${working.join(', ')}`);
    if (marks.length > 0) await this.#client.query(`vacuum ${marks.join(', ')}`);
  }

  /** What arrived in the landing tables that somebody follows. */
  async #arrived(): Promise<readonly Arrived[]> {
    const arrived: Arrived[] = [];
    for (const { name } of watchedTables(this.#layout)) {
      if (this.#feed.wants(name) || this.#followers.wants(name))
        arrived.push(await this.#arrivals.read(this.#client, name));
      else this.#arrivals.forget(name);
    }
    return arrived;
  }

  async #number(): Promise<number> {
    const { rows } = await this.#client.query<{ sequence: string }>({
      name: 'number_refresh',
      text: 'update engine.refreshes set sequence = sequence + 1 returning sequence',
    });
    return Number(rows[0]?.sequence);
  }

  /** @param begun to whom nothing was told before: what changed until now may have been missed */
  async #notifyKeys(
    changes: readonly ViewChanges[],
    begun: ReadonlySet<string>,
    refresh: number,
  ): Promise<void> {
    for (const changed of changes)
      if (this.#followers.wants(changed.view)) await notifyKeys(this.#client, changed);
    for (const view of begun) await notifyKeys(this.#client, { refresh, view, changes: [], truncated: true });
  }

  /** Last of all that is told of a refresh, so whoever hears it has heard the keys. */
  async #summarise(refresh: number, views: Refresh['views'], anew: boolean): Promise<void> {
    const known = views.filter(({ view }) => !this.#layout.sides.has(view));
    const counts = Object.fromEntries(known.map(({ view, changed }) => [view, changed]));
    const tooLong = JSON.stringify(counts).length > SUMMARY_LIMIT;
    const summary = { refresh, views: tooLong ? {} : counts, ...(anew || tooLong ? { any: true } : {}) };
    await this.#client.query({
      name: 'notify_changes',
      text: 'select pg_notify($1, $2)',
      values: [CHANGES_CHANNEL, JSON.stringify(summary)],
    });
  }

  async #changesOf(view: string, refresh: number): Promise<ViewChanges> {
    const object = this.#layout.catalog.get(view);
    const list = (row: string): string[] => object.key.map((column) => `${row}.${identifier(column)}`);
    const keys = object.key.map(
      (column) => `changed.${identifier(column)} as ${identifier(`key ${column}`)}`,
    );
    const columns = object.columns.map((column) => `stored.${identifier(column.name)}`);
    const changedRows = (nulls: string, equal: string): string =>
      `select ${['changed.op as "change op"', ...keys, ...columns].join(', ')} from ${names.changes(view)} as changed ` +
      `left join ${this.#layout.tableOf(view)} as stored on changed.op <> 'delete' ` +
      `and ${list('stored')
        .map((column, index) => `${column} ${equal} ${list('changed')[index]}`)
        .join(' and ')} ` +
      `where changed.op <> 'moved' and num_nulls(${list('changed').join(', ')}) ${nulls}`;
    // Equal keys are found by index or hash, those with nulls one by one. Deletions come first: a row that moved from one part
    // of a long refresh to another was deleted in the one and inserted in the other.
    const { rows } = await this.#client.query<Record<string, unknown>>(
      `${changedRows('= 0', '=')} union all ${changedRows('> 0', 'is not distinct from')} order by 1`,
    );
    return {
      refresh,
      view,
      changes: rows.map((row) =>
        toChange(
          row,
          object.key,
          object.columns.map((column) => column.name),
        ),
      ),
    };
  }
}

/** Views, and those that read one of them. */
function readersOf({ rules }: Layout, views: readonly string[]): ReadonlySet<string> {
  const readers = [...rules].flatMap(([name, { leaves }]) =>
    leaves.some(({ leaf }) => views.includes(leaf.relation)) ? [name] : [],
  );
  return new Set([...views, ...readers]);
}

function toChange(
  row: Readonly<Record<string, unknown>>,
  key: readonly string[],
  columns: readonly string[],
): RowChange {
  const op = row['change op'] as RowChange['op'];
  const pick = (names: readonly string[], prefix: string): Record<string, unknown> =>
    Object.fromEntries(names.map((name) => [name, row[`${prefix}${name}`]]));
  return { op, key: pick(key, 'key '), row: op === 'delete' ? null : pick(columns, '') };
}
