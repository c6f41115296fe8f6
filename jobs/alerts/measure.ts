import type { Pool } from 'pg';
import { inTransaction } from '../registry/transaction.ts';
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
  const rows = await inTransaction(pool, async (client) => {
    await client.query(
      `set transaction read only; set local statement_timeout = '${Math.ceil(timeoutMs)}ms'`,
    );
    await client.query(
      "select set_config('tickwave.disk_free_bytes', $1, true), set_config('tickwave.disk_total_bytes', $2, true), set_config('timezone', 'UTC', true)",
      [disk === null ? '' : String(disk.freeBytes), disk === null ? '' : String(disk.totalBytes)],
    );
    // As a part of a query, and with a parameter, by which the server takes one statement only.
    const text = `select to_jsonb(measured) as row from (\n${sql.trim().replace(/;$/, '')}\n) as measured limit $1`;
    return (await client.query<{ row: Readonly<Record<string, unknown>> }>(text, [MOST + 1])).rows;
  });
  if (rows.length > MOST)
    throw new BadMeasurement(`The rule ${name} has more than ${MOST} rows;`, 'let its query add them up.');
  const measured = rows.map(({ row }) => measurementOf(name, row));
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
    Object.entries(others).map(([label, one]) => [label, one === null ? '' : String(one).slice(0, 200)]),
  );
  const subject = Object.entries(labels)
    .map(([label, one]) => `${label}=${one}`)
    .join(' ');
  return { subject, labels, value };
}
