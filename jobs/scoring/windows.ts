import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';

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

const FIND_DUE = readFileSync(new URL('./sql/findDue.sql', import.meta.url), 'utf8');

/** What is due, by market, then by model. */
export async function findDue(
  pool: Pool,
  models: readonly { readonly name: string; readonly version: number }[],
): Promise<readonly DueMarket[]> {
  const values = [models.map(({ name }) => name), models.map(({ version }) => version)];
  return (await pool.query<DueMarket>({ name: 'find due windows', text: FIND_DUE, values })).rows;
}

/** Names of the columns of `features`. */
export async function featureColumns(pool: Pool): Promise<ReadonlySet<string>> {
  const { fields } = await pool.query('select * from features limit 0');
  return new Set(fields.map(({ name }) => name));
}

/** Reads the complete minutes of these ranges by index, in time, then by market. A market is named once. */
export async function readWindows(
  pool: Pool,
  ranges: readonly MarketRange[],
  columns: readonly string[],
): Promise<readonly ClosedWindow[]> {
  const list = columns.map((name) => `features.${quoted(name)}::double precision`).join(', ');
  const iso = (ms: number): string => new Date(ms).toISOString();
  const { rows } = await pool.query<[string, string, number, string, ...(number | null)[]]>({
    rowMode: 'array',
    // Planning costs more than reading: prepared once for these columns.
    name: `read windows ${createHash('sha256').update(list).digest('hex').slice(0, 32)}`,
    // `offset 0` keeps the planner from joining whole views: each range is a walk on the key.
    text: `select found.* from unnest($1::varchar[], $2::varchar[], $3::timestamptz[], $4::timestamptz[]) as due (exchange, symbol, since, until)
      cross join lateral (
        select features.exchange, features.symbol, (extract(epoch from features.window_start) * 1000)::double precision as start,
          (select candles_1m.close::text from candles_1m where candles_1m.exchange = features.exchange
            and candles_1m.symbol = features.symbol and candles_1m.window_start = features.window_start) as close, ${list}
        from features
        where features.exchange = due.exchange and features.symbol = due.symbol
          and features.window_start >= due.since and features.window_start < due.until and features.complete
        offset 0
      ) as found
      order by found.start, found.exchange, found.symbol`,
    values: [
      ranges.map(({ exchange }) => exchange),
      ranges.map(({ symbol }) => symbol),
      ranges.map(({ from }) => iso(from)),
      ranges.map(({ to }) => iso(to)),
    ],
  });
  return rows.map(([exchange, symbol, start, close, ...values]) => ({
    exchange,
    symbol,
    start,
    close,
    values,
  }));
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
