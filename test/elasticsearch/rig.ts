import { readFileSync } from 'node:fs';
import type { Client } from '@elastic/elasticsearch';
import { expect } from '@jest/globals';
import pg from 'pg';
import type { Clock } from '../../engine/clock.ts';
import { Indexer } from '../../jobs/indexing/indexer.ts';
import { SOURCES } from '../../jobs/indexing/source.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';

export const DAY = 86_400_000;
export const HOUR = 3_600_000;
/** The moment from which made-up rows look back. */
export const NOW = Date.UTC(2026, 10, 21, 12, 30);
export const RETENTION_DAYS = 30;

const LANDING = [
  'models',
  'promotions',
  'predictions',
  'job_runs',
  'dead_letters',
  'index_progress',
  'pipeline_health',
  'alerts',
  'drift_checks',
  'retraining_decisions',
];

/** Views as tables, with what is needed of them: a test decides what is in them. */
const VIEWS = `
create table prediction_errors (exchange varchar, symbol varchar, window_start timestamptz, horizon_minutes int, model varchar, version int,
  predicted_price numeric, realised_price numeric, predicted_return double precision, error numeric, made_at timestamptz,
  primary key (exchange, symbol, window_start, horizon_minutes, model, version));
create table accuracy_1h (exchange varchar, symbol varchar, horizon_minutes int, model varchar, version int, hour timestamptz, predictions bigint,
  absolute_return_error_sum double precision, persistence_absolute_return_error_sum double precision, moves bigint, direction_hits bigint, intervals bigint, interval_hits bigint,
  mae double precision, skill double precision, primary key (exchange, symbol, horizon_minutes, model, version, hour));`;

/** Makes all of it. */
export const TABLES = LANDING.map((table) =>
  readFileSync(new URL(`../../sql/landing/${table}.sql`, import.meta.url), 'utf8').replace(
    /^\)[^;]*;/m,
    ');',
  ),
)
  .concat(VIEWS)
  .join('\n');

/** A database with everything that is indexed, and what keeps an index of it. */
export class IndexRig {
  readonly database: TestDatabase;
  readonly pool: pg.Pool;

  private constructor(database: TestDatabase) {
    this.database = database;
    this.pool = new pg.Pool({ connectionString: database.url, max: 6 });
    this.pool.on('error', () => {}); // Tests end sessions on purpose.
  }

  static async open(): Promise<IndexRig> {
    const rig = new IndexRig(await testDatabase());
    await rig.pool.query(TABLES);
    return rig;
  }

  indexer(client: Client, clock: Clock, pool = this.pool): Indexer {
    return new Indexer({ pool, client, url: 'http://test', clock, retentionDays: RETENTION_DAYS });
  }

  /** Predictions of minutes that follow each other, `minutes` of them up to a moment, and what came of them. */
  async predict(model: string, until: number, minutes: number): Promise<void> {
    await this.pool.query(
      `insert into predictions (exchange, symbol, window_start, horizon_minutes, model, version, base_price, predicted_return,
         predicted_price, direction_probability, made_at, latency_ms, contributions, late)
       select 'kraken', 'BTC/USD', at, 5, $1, 1, 50000.10 + n, 0.001 * n, 50001.20 + n, 0.5, at + interval '61.123456 s', 12.5, '[]', false
       from generate_series(0, $3::int - 1) as n, lateral (select $2::timestamptz - n * interval '1 minute' as at) as of
       on conflict do nothing`,
      [model, new Date(until), minutes],
    );
  }

  /** Every document of every source equals its row, and there are no others. */
  expectEqual(client: Client, keptFrom = 0): Promise<void> {
    return expectIndexed(this.pool, client, keptFrom);
  }

  async count(table: string): Promise<number> {
    const { rows } = await this.pool.query<{ n: number }>(`select count(*)::int as n from ${table}`);
    return rows[0]?.n ?? 0;
  }

  async close(): Promise<void> {
    await this.pool.end();
    await this.database.drop();
  }
}

/** Every document of every source equals its row in a database, and there are no others. */
export async function expectIndexed(pool: pg.Pool, client: Client, keptFrom: number): Promise<void> {
  for (const { name, relation, time, key, only = 'true' } of SOURCES) {
    const { rows } = await pool.query<Readonly<Record<string, unknown>>>(
      `select * from ${relation} where ${only} and ${time} >= $1 order by ${key.join(', ')}`,
      [new Date(keptFrom)],
    );
    const documents = await documentsOf(client, name);
    const wanted = rows.map((row) => canonical(row));
    expect([name, documents.map((document) => canonical(document)).sort()]).toEqual([name, wanted.sort()]);
  }
}

/** Every document of a source, as it was sent but for what is added for Elasticsearch. */
export async function documentsOf(client: Client, source: string): Promise<Record<string, unknown>[]> {
  const index = `tickwave-${source}`;
  if (!(await client.indices.existsAlias({ name: index }))) return [];
  await client.indices.refresh({ index });
  const { hits } = await client.search<Record<string, unknown>>({ index, size: 10_000 });
  return hits.hits.map(({ _source }) => {
    const { row_hash: _hash, '@timestamp': _time, ...rest } = _source ?? {};
    return rest;
  });
}

/** A row as text that does not depend on who read it: times to the millisecond, numbers as numbers. */
function canonical(row: Readonly<Record<string, unknown>>): string {
  const values = Object.entries(row).map(([name, value]) => [name, plain(value)]);
  return JSON.stringify(values.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) return Date.parse(value);
  return typeof value === 'number' ? String(value) : value;
}

/** Deletes all that earlier tests left. */
export async function emptyIndex(client: Client): Promise<void> {
  const indices = await client.cat.indices({ index: 'tickwave-*', h: 'index', format: 'json' });
  for (const { index } of indices) if (index !== undefined) await client.indices.delete({ index });
}
