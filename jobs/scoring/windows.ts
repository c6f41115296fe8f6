import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';
import { engineOf } from '../../engine/database/engineOf.ts';
import { type FeatureVersion, readFeatureStamp } from '../registry/featureVersion.ts';
import { findDueByQueries, readWindowsByQueries } from './windowsByQueries.ts';

/** A closed minute with what a model is given of it. */
export interface ClosedWindow {
  readonly exchange: string;
  readonly symbol: string;
  /** Start of the minute, milliseconds since the Unix epoch. */
  readonly start: number;
  /** Decimal text. */
  readonly close: string;
  /** Features, in the order of the columns asked for. */
  readonly values: readonly (number | null)[];
}

/** A market of which minutes are closed that a model has not looked at. Times are milliseconds since the Unix epoch. */
export interface DueMarket {
  readonly exchange: string;
  readonly symbol: string;
  readonly model: string;
  readonly version: number;
  /** End of the last closed minute. */
  readonly closed: number;
  /** End of the last minute that the model looked at; null before the first. */
  readonly scored: number | null;
  /** For a market that came after the model: where the others began. Null when there are none. */
  readonly starts: number | null;
  /** When the trade that ended the last closed minute was received; null when a heartbeat did. */
  readonly arrived: number | null;
}

/** Minutes of a market: from `from` on and before `to`, milliseconds since the Unix epoch. */
export interface MarketRange {
  readonly exchange: string;
  readonly symbol: string;
  readonly from: number;
  readonly to: number;
}

const READ_WINDOWS = readFileSync(new URL('./sql/readWindows.postgres.sql', import.meta.url), 'utf8');
const FIND_DUE = readFileSync(new URL('./sql/findDue.postgres.sql', import.meta.url), 'utf8');

/** What is due, by market, then by model. */
export async function findDue(
  pool: Pool,
  models: readonly { readonly name: string; readonly version: number }[],
): Promise<readonly DueMarket[]> {
  if ((await engineOf(pool)).walks === 'queries') return findDueByQueries(pool, models);
  const values = [models.map(({ name }) => name), models.map(({ version }) => version)];
  return (await pool.query<DueMarket>({ name: 'find due windows', text: FIND_DUE, values })).rows;
}

/** Windows, and which version of the views they were read from. */
export interface ReadWindows {
  readonly windows: readonly ClosedWindow[];
  readonly stamp: FeatureVersion['stamp'];
}

/** Reads the complete minutes of these ranges by index, in time, then by market. A market is named once. */
export async function readWindows(
  pool: Pool,
  ranges: readonly MarketRange[],
  columns: readonly string[],
): Promise<ReadWindows> {
  if ((await engineOf(pool)).walks === 'queries') {
    const windows = await readWindowsByQueries(pool, ranges, columns);
    // Names go over after it was said that they will: had one of the windows come from another version, it would be said by now.
    return { windows, stamp: await readFeatureStamp(pool) };
  }
  // Without columns the list would end with a comma.
  const list = ['', ...columns.map((name) => `features.${quoted(name)}::double precision`)].join(', ');
  const iso = (ms: number): string => new Date(ms).toISOString();
  const { rows } = await pool.query<[string, string, number, string, ...(number | null)[], string | null]>({
    rowMode: 'array',
    // Planning costs more than reading: prepared once for these columns.
    name: `read windows ${createHash('sha256').update(list).digest('hex').slice(0, 32)}`,
    text: READ_WINDOWS.replace('{{columns}}', () => list),
    values: [
      ranges.map(({ exchange }) => exchange),
      ranges.map(({ symbol }) => symbol),
      ranges.map(({ from }) => iso(from)),
      ranges.map(({ to }) => iso(to)),
    ],
  });
  const stamp = rows[0]?.at(-1) as string | null | undefined;
  return {
    windows: rows.map(([exchange, symbol, start, close, ...values]) => ({
      ...{ exchange, symbol, start, close },
      values: values.slice(0, -1) as (number | null)[],
    })),
    // Where there was no table entry the subquery gives null as well, and of no rows nothing is predicted.
    stamp: rows.length === 0 || stamp === null ? await readFeatureStamp(pool) : stamp,
  };
}

/** A name of a column as SQL takes it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
