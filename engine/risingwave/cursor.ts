import type pg from 'pg';
import type { RowChange } from '../postgres/feed.ts';
import { refused, refusedAsThere } from './connection.ts';
import { subscriptionName, subscriptionStatement } from './subscription.ts';

/** Rows of one fetch, and the longest that it waits for the first. */
export const FETCH_ROWS = 1000;
const FETCH_SECONDS = 2;

/** One changed row as a subscription's cursor gives it. */
type CursorRow = Readonly<Record<string, unknown>> & { readonly op: string; readonly rw_timestamp: string };

/** Where a cursor begins: after a time of RisingWave's, or with what comes. */
export type Since = { readonly after: string } | 'now';

/** Changes of one moment: RisingWave gives those of one barrier the same time. */
export interface Moment {
  /** Milliseconds since 1970, as text. */
  readonly at: string;
  readonly changes: readonly RowChange[];
}

/**
 * A cursor over the subscription of one view or table, on a connection of its own. What it gives is complete: rows of the newest
 * moment are held back while more of them may come.
 */
export class SubscriptionCursor {
  readonly #client: pg.Client;
  readonly #relation: string;
  readonly #key: readonly string[];
  #open: CursorRow[] = [];

  constructor(client: pg.Client, relation: string, key: readonly string[]) {
    this.#client = client;
    this.#relation = relation;
    this.#key = key;
  }

  /** Makes the subscription when there is none, and declares the cursor. False when `after` is further back than changes are kept. */
  async declare(since: Since): Promise<boolean> {
    await this.#subscribed();
    const start = since === 'now' ? 'now()' : since.after;
    try {
      await this.#client.query(
        `declare tickwave_cursor subscription cursor for ${subscriptionName(this.#relation)} since ${start}`,
      );
      return true;
    } catch (error) {
      if (since === 'now' || !refused(error)) throw error;
      return false;
    }
  }

  /** The next complete moments; none when nothing changed for two seconds. */
  async next(): Promise<Moment[]> {
    const { rows } = await this.#client.query<CursorRow>(
      `fetch ${FETCH_ROWS} from tickwave_cursor with (timeout = '${FETCH_SECONDS}s')`,
    );
    const all = [...this.#open, ...rows];
    const newest = all.at(-1)?.rw_timestamp;
    // A fetch that is not full took all there was.
    const drained = rows.length < FETCH_ROWS;
    this.#open = drained ? [] : all.filter((row) => row.rw_timestamp === newest);
    return moments(all.slice(0, all.length - this.#open.length), this.#key);
  }

  async #subscribed(): Promise<void> {
    try {
      await this.#client.query(subscriptionStatement(this.#relation));
    } catch (error) {
      // It was there: made by an application of sql/, or by another process.
      if (!refusedAsThere(error)) throw error;
    }
  }
}

/** Rows of a cursor by the moment of their change, as the change feed tells them. */
export function moments(rows: readonly CursorRow[], key: readonly string[]): Moment[] {
  const found = new Map<string, RowChange[]>();
  let before: CursorRow | null = null;
  for (const cursorRow of rows) {
    const { op, rw_timestamp: at, ...row } = cursorRow;
    const changes = found.get(String(at)) ?? [];
    found.set(String(at), changes);
    if (op === 'UpdateDelete') {
      before = cursorRow;
    } else if (op === 'UpdateInsert') {
      changes.push(...updated(before, row, key));
      before = null;
    } else changes.push(change(op === 'Delete' ? 'delete' : 'insert', row, key));
  }
  return [...found].map(([at, changes]) => ({ at, changes }));
}

/** An update that moves a row to another key is a row that goes and one that comes. */
function updated(
  before: Readonly<Record<string, unknown>> | null,
  row: Readonly<Record<string, unknown>>,
  key: readonly string[],
): RowChange[] {
  const same = before !== null && key.every((column) => String(before[column]) === String(row[column]));
  if (before === null || same) return [change('update', row, key)];
  return [change('delete', before, key), change('insert', row, key)];
}

function change(
  op: RowChange['op'],
  row: Readonly<Record<string, unknown>>,
  key: readonly string[],
): RowChange {
  const values = Object.fromEntries(key.map((column) => [column, row[column]]));
  return { op, key: values, row: op === 'delete' ? null : row };
}
