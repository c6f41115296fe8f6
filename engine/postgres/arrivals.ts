import type { ClientBase } from 'pg';
import { noteColumns } from './compile/changes.ts';
import { names } from './compile/names.ts';
import { identifier } from './compile/restrict.ts';
import type { Layout } from './deploy/plan.ts';
import type { RowChange, ViewChanges } from './feed.ts';

/** Rows of one table in one refresh; of more, only that there were. */
const MOST_ROWS = 20_000;
/** Rows that are remembered while an old transaction runs on; beyond them a row may be told twice. */
const MOST_REMEMBERED = 100_000;

interface Seen {
  /** Oldest transaction that was running at the last refresh: rows of older ones were seen by then, or never will be. */
  readonly oldest: number;
  /** Rows that were seen and are not older than that, with their transaction: they may be found once more. */
  readonly again: ReadonlyMap<string, number>;
}

/** What arrived in one table, and what is to be remembered once the refresh is committed. */
export interface Arrived {
  readonly changes: ViewChanges | null;
  readonly remember: () => void;
}

/**
 * Finds the rows of landing tables that arrived since the refresh before, by the marks that writers left and the transaction
 * that wrote each row. Exact for transactions that run long, and for those with savepoints, which `pg_visible_in_snapshot` is not.
 */
export class Arrivals {
  readonly #layout: Layout;
  readonly #seen = new Map<string, Seen>();

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  /** Within the transaction of a refresh, after it. The first time nothing is told: who begins to follow reads the table then. */
  async read(client: ClientBase, table: string): Promise<Arrived> {
    const before = this.#seen.get(table);
    const { rows } = await client.query<{ oldest: string }>(
      'select (pg_snapshot_xmin(pg_current_snapshot())::xid)::text as oldest',
    );
    const oldest = Number(rows[0]?.oldest);
    if (!before) return this.#arrived(table, null, { oldest, again: new Map() });
    const found = await this.#find(client, table, before.oldest);
    const fresh = found.filter(({ version }) => !before.again.has(version));
    const seen = [...before.again, ...fresh.map(({ version, by }): [string, number] => [version, by])];
    const again = new Map(seen.filter(([, by]) => !isOlder(by, oldest)).slice(-MOST_REMEMBERED));
    const changes = fresh.slice(0, MOST_ROWS).map(({ change }) => change);
    const told =
      changes.length === 0
        ? null
        : { refresh: 0, view: table, changes, ...(found.length > MOST_ROWS ? { truncated: true } : {}) };
    return this.#arrived(table, told, { oldest, again });
  }

  /** Nobody follows the table any more. */
  forget(table: string): void {
    this.#seen.delete(table);
  }

  #arrived(table: string, changes: ViewChanges | null, seen: Seen): Arrived {
    return { changes, remember: () => void this.#seen.set(table, seen) };
  }

  async #find(client: ClientBase, table: string, since: number) {
    const object = this.#layout.catalog.get(table);
    const marks = this.#layout.changes.get(table) ?? { exact: [], times: [] };
    const same = [
      ...marks.exact.map((name) => `own.${identifier(name)} = changed.${identifier(name)}`),
      ...marks.times.map(identifier).map((t) => `own.${t} between changed.${t}_lo and changed.${t}_hi`),
    ];
    const columns = object.columns.map((column) => `own.${identifier(column.name)}`);
    const { rows } = await client.query<Record<string, unknown>>(
      `select distinct found.* from (select distinct ${noteColumns(marks).join(', ') || 'true'} from ${names.changes(table)} where touched) as changed
       cross join lateral (
         select ${columns.join(', ')}, own.xmin::text as "written by"
         from ${this.#layout.tableOf(table)} as own
         where ${same.join(' and ') || 'true'} and age(own.xmin) <= age($1::xid) offset 0
       ) as found limit ${2 * MOST_ROWS}`,
      [String(since)],
    );
    return rows.map((row) => {
      const { 'written by': by, ...values } = row;
      const key = Object.fromEntries(object.key.map((column) => [column, values[column]]));
      const change: RowChange = { op: 'insert', key, row: values };
      return { change, by: Number(by), version: JSON.stringify([by, key]) };
    });
  }
}

/** Whether a transaction began before another: their numbers have 32 bits and begin anew after the last. */
function isOlder(one: number, other: number): boolean {
  return ((one - other) | 0) < 0;
}
