import { readFileSync } from 'node:fs';
import type { Pool, PoolClient } from 'pg';
import { inTransaction } from '../registry/transaction.ts';
import { exactTypes, findColumns, type PresentSource } from './columns.ts';
import type { IndexedRow } from './document.ts';
import { SOURCES, type Source, spanOf } from './source.ts';

/** Rows read at once. */
const PAGE_ROWS = 1000;
/** The span of a source that has only one. */
const ALWAYS = Date.UTC(2000, 0, 1);

/** What the tables have in a span of time. Times are milliseconds since the Unix epoch. */
export interface Span {
  readonly from: number;
  readonly rows: number;
  readonly fingerprint: string;
}

/** The sources that the database has today. */
export function presentSources(pool: Pool, sources: readonly Source[] = SOURCES): Promise<PresentSource[]> {
  return inUtc(pool, async (client) => {
    const found: PresentSource[] = [];
    for (const source of sources) {
      const present = await findColumns(client, source);
      if (present !== null) found.push(present);
    }
    return found;
  });
}

/** What the tables have from a moment on, by span. */
export function readSpans(pool: Pool, source: PresentSource, from: number): Promise<Span[]> {
  const columns = source.columns.map(({ name }) => quoted(name));
  const text = template('fingerprints', source, {
    columns: columns.join(', '),
    spread_columns: columns.map((column) => `spread.${column}`).join(', '),
    span: spanExpression(source),
  });
  return inUtc(pool, async (client) => {
    const { rows } = await client.query<{ span: string; row_count: number; total: string }>({
      text,
      values: [spanOf(source) === null ? '-infinity' : iso(from)],
      types: exactTypes,
    });
    return rows.map((row) => ({ from: Date.parse(row.span), rows: row.row_count, fingerprint: row.total }));
  });
}

/** The rows of a span, a page at a time, in the order of their keys. Pages are of different moments: a page is what was read. */
export async function* readRows(
  pool: Pool,
  source: PresentSource,
  from: number,
): AsyncGenerator<IndexedRow[]> {
  const length = spanOf(source);
  const range = length === null ? ['-infinity', 'infinity'] : [iso(from), iso(from + length)];
  const key = source.key.map(quoted).join(', ');
  let last: unknown[] | null = null;
  do {
    const after: unknown[] = last ?? [];
    const places = after.map((_, index) => `$${index + 3}`).join(', ');
    const text = template('rows', source, {
      columns: source.columns.map(({ name }) => quoted(name)).join(', '),
      key,
      after: last === null ? '' : `and (${key}) > (${places})`,
      limit: String(PAGE_ROWS),
    });
    const values = [...range, ...after];
    const rows: IndexedRow[] = await inUtc(pool, async (client) => {
      return (await client.query<IndexedRow>({ text, values, types: exactTypes })).rows;
    });
    if (rows.length > 0) yield rows;
    const end = rows.at(-1);
    last = end === undefined || rows.length < PAGE_ROWS ? null : source.key.map((column) => end[column]);
  } while (last !== null);
}

/** Times have to look the same whatever the session's zone is: they are hashed as text. */
function inUtc<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return inTransaction(pool, async (client) => {
    await client.query("set local timezone = 'UTC'");
    return work(client);
  });
}

function spanExpression(source: Source): string {
  const length = spanOf(source);
  const origin = `'${iso(ALWAYS)}'::timestamptz`;
  return length === null ? origin : `date_bin('${length} ms', ${quoted(source.time)}, ${origin})`;
}

function template(name: string, source: Source, values: Readonly<Record<string, string>>): string {
  const all: Readonly<Record<string, string>> = {
    ...{ relation: quoted(source.relation), time: quoted(source.time), only: source.only ?? 'true' },
    ...values,
  };
  const text = readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
  return text.replace(/\{\{(\w+)\}\}/g, (_, key: string) => {
    const value = all[key];
    if (value === undefined) throw new TypeError(`${name}.sql has no value for ${key}`);
    return value;
  });
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
