import pg from 'pg';
import { statementTimeout } from '../engine/profile.ts';

/** Columns that the routes rely on; all others are found in the database, so that SQL alone decides them. */
interface Series {
  readonly exchange: string;
  readonly symbol: string;
  readonly window_start: Date | string;
}

/** The views that are served. */
export interface Views {
  readonly candles: Series & { readonly timeframe: string };
  readonly indicators: Series & { readonly timeframe: string };
  readonly features: Series;
  readonly trend: Series & {
    readonly timeframe: string;
    readonly reach_rows: string | number;
    readonly reach_complete: boolean;
  };
  readonly markets: { readonly exchange: string; readonly symbol: string };
  readonly watermarks: {
    readonly exchange: string;
    readonly symbol: string;
    readonly event_time: Date | string;
    readonly closed_before: Date | string;
  };
}

/** PostgreSQL's type numbers; RisingWave uses the same. */
export const TYPE = {
  bool: 16,
  int8: 20,
  int2: 21,
  int4: 23,
  float4: 700,
  float8: 701,
  timestamptz: 1184,
  numeric: 1700,
} as const;

/** How a read pool is made. */
export interface ReadPoolOptions {
  /** Address of the database, as the read-only role. */
  readonly url: string;
  readonly maxConnections?: number;
  readonly statementTimeoutMs?: number;
}

/** A pool of connections for the API: read-only by its role, UTC, with a time-out for each statement. */
export function createReadPool(options: ReadPoolOptions): pg.Pool {
  const timeout = options.statementTimeoutMs ?? 5_000;
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections ?? 8,
    connectionTimeoutMillis: 2_000,
    // The server ends a slow statement; this ends the wait for a server that no longer answers.
    query_timeout: timeout + 2_000,
    application_name: 'tickwave-api',
    onConnect: async (client) => {
      // A database that ends while a connection is lent out says so between two queries, too: the next one fails by itself.
      client.on('error', () => {});
      await client.query("set timezone = 'UTC'");
      await client.query(statementTimeout(timeout));
    },
    types: { getTypeParser: parserOf },
  });
  // Idle connections break when the database restarts; the pool replaces them.
  pool.on('error', () => {});
  return pool;
}

// The type parsers of pg are untyped: they turn the text of a value into anything.
const parserOf: typeof pg.types.getTypeParser = ((type: number, format?: 'text' | 'binary') =>
  type === TYPE.timestamptz
    ? isoText
    : pg.types.getTypeParser(type, format)) as typeof pg.types.getTypeParser;

/** `2024-06-01 00:00:00.5+00` as `2024-06-01T00:00:00.5Z`: text to text, so no microsecond is lost on the way. */
function isoText(text: string): string {
  return text.replace(' ', 'T').replace(/\+00(:00)?$/, 'Z');
}

/** A value as it is sent: decimals as text, counts and floats as numbers, times as ISO text, NaN and infinity as null. */
export function toJson(value: unknown, type: number): unknown {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  if (type === TYPE.int8) {
    const count = Number(value);
    return Number.isSafeInteger(count) ? count : String(value);
  }
  if (typeof value === 'number' && !Number.isFinite(value)) return null;
  return value;
}
