import { readFileSync } from 'node:fs';
import type { Pool, PoolClient } from 'pg';
import { engineOf } from '../../engine/database/engineOf.ts';
import { onConnection } from '../../engine/database/transaction.ts';
import type { EngineProfile } from '../../engine/profile.ts';
import { exactTypes, findColumns, type PresentSource } from './columns.ts';
import { hashOfRow, type IndexedRow } from './document.ts';
import { SOURCES, type Source, spanOf } from './source.ts';

/** Rows read at once. */
const PAGE_ROWS = 1000;
/** Before and after every time that is stored. */
const BEGINNING = '1900-01-01T00:00:00.000Z';
const END = '9999-01-01T00:00:00.000Z';
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
export async function readSpans(pool: Pool, source: PresentSource, from: number): Promise<Span[]> {
  const { rowHashes } = await engineOf(pool);
  return rowHashes === 'database' ? spansByDatabase(pool, source, from) : spansByReader(pool, source, from);
}

function spansByDatabase(pool: Pool, source: PresentSource, from: number): Promise<Span[]> {
  const columns = source.columns.map(({ name }) => quoted(name));
  const text = template('fingerprints.postgres', source, {
    columns: columns.join(', '),
    spread_columns: columns.map((column) => `spread.${column}`).join(', '),
    span: spanExpression(source),
  });
  return inUtc(pool, async (client) => {
    const { rows } = await client.query<{ span: string; row_count: number; total: string }>({
      text,
      values: [spanOf(source) === null ? BEGINNING : iso(from)],
      types: exactTypes,
    });
    return rows.map((row) => ({ from: Date.parse(row.span), rows: row.row_count, fingerprint: row.total }));
  });
}

/** Reads all rows from a moment on; the same sums, of hashes that are made here. */
async function spansByReader(pool: Pool, source: PresentSource, from: number): Promise<Span[]> {
  const length = spanOf(source);
  const spans = new Map<number, { rows: number; total: bigint }>();
  const range = length === null ? [BEGINNING, END] : [iso(from), END];
  for await (const page of pages(pool, source, range))
    for (const row of page) {
      const start =
        length === null ? ALWAYS : Math.floor(Date.parse(String(row[source.time])) / length) * length;
      const span = spans.get(start) ?? { rows: 0, total: 0n };
      spans.set(start, { rows: span.rows + 1, total: span.total + BigInt(row.row_hash) });
    }
  return [...spans]
    .sort(([a], [b]) => a - b)
    .map(([start, { rows, total }]) => ({ from: start, rows, fingerprint: String(total) }));
}

/** The rows of a span, a page at a time, in the order of their keys. Pages are of different moments: a page is what was read. */
export function readRows(pool: Pool, source: PresentSource, from: number): AsyncGenerator<IndexedRow[]> {
  const length = spanOf(source);
  return pages(pool, source, length === null ? [BEGINNING, END] : [iso(from), iso(from + length)]);
}

async function* pages(
  pool: Pool,
  source: PresentSource,
  range: readonly string[],
): AsyncGenerator<IndexedRow[]> {
  const { rowHashes } = await engineOf(pool);
  let last: unknown[] | null = null;
  do {
    const after: unknown[] = last ?? [];
    const text = template(rowHashes === 'database' ? 'hashedRows.postgres' : 'rows', source, {
      columns: source.columns.map(({ name }) => quoted(name)).join(', '),
      key: source.key.map(quoted).join(', '),
      after: last === null ? '' : `and ${behind(source.key, 3)}`,
      limit: String(PAGE_ROWS),
    });
    const values = [...range, ...after];
    const rows: IndexedRow[] = await inUtc(pool, async (client) => {
      const read = (await client.query<IndexedRow>({ text, values, types: exactTypes })).rows;
      return rowHashes === 'database' ? read : read.map(hashOfRow);
    });
    if (rows.length > 0) yield rows;
    const end = rows.at(-1);
    last = end === undefined || rows.length < PAGE_ROWS ? null : source.key.map((column) => end[column]);
  } while (last !== null);
}

/** The rows after one in the order of the key, written out: not every engine compares rows. */
function behind(key: readonly string[], parameter: number): string {
  const [first = '', ...rest] = key;
  const column = quoted(first);
  const beyond = `${column} > $${parameter}`;
  if (rest.length === 0) return beyond;
  return `${column} >= $${parameter} and (${beyond} or (${behind(rest, parameter + 1)}))`;
}

/** Times have to look the same whatever the session's zone is: they are hashed as text. */
async function inUtc<T>(
  pool: Pool,
  work: (client: PoolClient, profile: EngineProfile) => Promise<T>,
): Promise<T> {
  const profile = await engineOf(pool);
  return onConnection(pool, async (client) => {
    await client.query(profile.session);
    return work(client, profile);
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
