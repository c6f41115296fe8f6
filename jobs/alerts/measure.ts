import type { ClientBase, Pool, QueryConfig } from 'pg';
import pg from 'pg';
import { engineOf } from '../../engine/database/engineOf.ts';
import { statementTimeout } from '../../engine/profile.ts';
import { BadMeasurement } from './errors.ts';
import type { Rule } from './rule.ts';

/** A value of one subject. */
export interface Measurement {
  /** The labels in one line; tells subjects of a rule apart. */
  readonly subject: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Null when it is not known. */
  readonly value: number | null;
}

/** Free and total bytes of the disk that the data folder is on. */
export interface Disk {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export interface MeasureOptions {
  /** Null when it is not known. */
  readonly disk: Disk | null;
  readonly timeoutMs: number;
}

/** Subjects that one rule may have. */
const MOST = 1000;

/**
 * Runs the query of a rule: in a transaction that can only read, with a time-out. Where the disk is known, the settings `tickwave.disk_free_bytes`
 * and `tickwave.disk_total_bytes` have it.
 *
 * @throws BadMeasurement for rows without a value, or that cannot be told apart; errors of the database
 */
export async function measure(
  pool: Pool,
  { name, sql }: Pick<Rule, 'name' | 'sql'>,
  { disk, timeoutMs }: MeasureOptions,
): Promise<readonly Measurement[]> {
  // As a part of a query, and with a parameter, by which the server takes one statement only.
  const inner = withDisk(sql.trim().replace(/;$/, ''), disk);
  const text = `select measured.* from (\n${inner}\n) as measured where $1::boolean limit ${MOST + 1}`;
  const rows = await readOnly(pool, timeoutMs, async (client) => {
    const query = { text, values: [true], types: plainTypes };
    return (await client.query<Readonly<Record<string, unknown>>>(query)).rows;
  });
  if (rows.length > MOST)
    throw new BadMeasurement(`The rule ${name} has more than ${MOST} rows;`, 'let its query add them up.');
  const measured = rows.map((row) => measurementOf(name, row));
  const subjects = new Set(measured.map(({ subject }) => subject));
  if (subjects.size < measured.length)
    throw new BadMeasurement(
      `The rule ${name} has rows that differ in nothing but the value;`,
      'select what tells them apart, or add them up.',
    );
  return measured;
}

function measurementOf(rule: string, row: Readonly<Record<string, unknown>>): Measurement {
  const { value, ...others } = row;
  if (value !== null && typeof value !== 'number')
    throw new BadMeasurement(
      `The rule ${rule} has a row whose value is ${value === undefined ? 'missing' : 'no number'};`,
      'give its query a column `value` with a number or null.',
    );
  const labels = Object.fromEntries(
    Object.entries(others)
      .sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1))
      .map(([label, one]) => [label, one === null ? '' : String(one).slice(0, 200)]),
  );
  const subject = Object.entries(labels)
    .map(([label, one]) => `${label}=${one}`)
    .join(' ');
  return { subject, labels, value };
}

/** On a connection of its own, which nobody uses afterwards: its settings go with it. */
async function readOnly<T>(
  pool: Pool,
  timeoutMs: number,
  work: (client: ClientBase) => Promise<T>,
): Promise<T> {
  const profile = await engineOf(pool);
  const client = await pool.connect();
  client.on('error', () => {});
  try {
    await client.query(profile.session);
    await client.query(statementTimeout(timeoutMs));
    await client.query(profile.snapshot);
    return await work(client);
  } finally {
    client.release(true);
  }
}

const SETTING = /current_setting\(\s*'tickwave\.disk_(free|total)_bytes'\s*(?:,\s*true\s*)?\)/gi;

/** Not every engine has settings of one's own: what they would say is put in their place. */
function withDisk(sql: string, disk: Disk | null): string {
  return sql.replace(SETTING, (_, which: string) =>
    disk === null ? "''" : `'${which.toLowerCase() === 'free' ? disk.freeBytes : disk.totalBytes}'`,
  );
}

const { builtins } = pg.types;
const AS_IS: ReadonlySet<number> = new Set([
  ...[builtins.BOOL, builtins.INT2, builtins.INT4, builtins.FLOAT4, builtins.FLOAT8],
  ...[builtins.JSON, builtins.JSONB],
]);

/** Numbers of all kinds as numbers, times as ISO text, everything else as the text that the database has for it. */
const plainTypes: NonNullable<QueryConfig['types']> = {
  getTypeParser: ((type: number, format?: 'text' | 'binary') => {
    if (AS_IS.has(type)) return pg.types.getTypeParser(type, format);
    if (type === builtins.INT8 || type === builtins.NUMERIC) return Number;
    if (type === builtins.TIMESTAMPTZ)
      return (text: string) => text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00');
    return (text: string) => text;
  }) as typeof pg.types.getTypeParser,
};
