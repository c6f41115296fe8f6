import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { loadCatalog } from '../engine/catalog/catalog.ts';
import { deploy } from '../engine/postgres/deploy/deploy.ts';
import { type Layout, layOut } from '../engine/postgres/deploy/plan.ts';
import { Feed } from '../engine/postgres/feed.ts';
import { Refresher } from '../engine/postgres/refresher.ts';
import { type TestDatabase, testDatabase } from './support/database.ts';

/** Minutes of history: beyond the longest frame of the one-minute indicators, and three times that. */
const SHORT = 1500;
const LONG = 4500;

let database: TestDatabase;
let client: pg.Client;
let layout: Layout;
let refresher: Refresher;

beforeAll(async () => {
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  layout = layOut(await loadCatalog('sql'));
  await deploy(client, layout);
  refresher = new Refresher(client, layout, new Feed());
});

afterAll(async () => {
  await client?.end();
  await database?.drop();
});

/** Imported minutes that end where the trades of the test begin. */
async function importMinutes(from: number, to: number): Promise<void> {
  await client.query(
    `insert into candles_imported (exchange, symbol, window_start, open, high, low, close, volume, notional, trades, taker_buy_volume)
     select 'kraken', 'BTC/USD', '2026-01-10 00:00:00+00'::timestamptz - n * interval '1 minute', 100, 102, 98, 100 + n % 3, 5, 500, 9, 2
     from generate_series($1::int, $2::int) as n`,
    [from, to],
  );
  await refresher.refresh('all');
  await client.query('analyze');
}

interface Reads {
  /** Rows that scans gave, by relation of sql/. */
  readonly rows: ReadonlyMap<string, number>;
  /** Relations that were read from end to end. */
  readonly scanned: readonly string[];
}

async function counters(): Promise<Map<string, { rows: number; scans: number }>> {
  await client.query('select pg_stat_force_next_flush()');
  const { rows } = await client.query<{ table: string; rows: number; scans: number }>(`
    select t.schemaname || '.' || t.relname as table, t.seq_scan::int as scans,
      (t.seq_tup_read + coalesce((select sum(i.idx_tup_read) from pg_stat_all_indexes as i where i.relid = t.relid), 0))::int as rows
    from pg_stat_all_tables as t where t.schemaname in ('store', 'public')`);
  return new Map(rows.map((row) => [row.table, row]));
}

/** What one trade of the newest minute makes a refresh read. */
async function readsOfOneTrade(id: number): Promise<Reads> {
  await client.query(
    `insert into trades (exchange, symbol, trade_id, ts, price, quantity, side, received_at)
     values ('kraken', 'BTC/USD', $1::int, '2026-01-10 00:00:00+00'::timestamptz + $1::int * interval '1 second', 101, 1, 'buy', now())`,
    [id],
  );
  const before = await counters();
  await refresher.refresh('all');
  const after = await counters();
  const relations = [...layout.tables, ...layout.views].map((object) => object.name);
  const delta = (relation: string, of: 'rows' | 'scans'): number => {
    const table = layout.tableOf(relation);
    return (after.get(table)?.[of] ?? 0) - (before.get(table)?.[of] ?? 0);
  };
  return {
    rows: new Map(relations.map((relation) => [relation, delta(relation, 'rows')])),
    scanned: relations.filter((relation) => delta(relation, 'scans') > 0),
  };
}

test('a refresh reads what a trade touches, and no more for a history three times as long', async () => {
  await importMinutes(1, SHORT);
  await readsOfOneTrade(1); // Plans are made.
  const short = await readsOfOneTrade(2);
  await importMinutes(SHORT + 1, LONG);
  await readsOfOneTrade(3);
  const long = await readsOfOneTrade(4);
  expect(long.scanned).toEqual([]);
  const grown = [...long.rows].filter(
    ([relation, rows]) => rows > 100 && rows > 1.7 * (short.rows.get(relation) ?? 0),
  );
  expect(
    grown.map(([relation, rows]) => `${relation}: ${short.rows.get(relation)} rows, then ${rows}`),
  ).toEqual([]);
  expect(long.rows.get('candles_1s')).toBeGreaterThan(0);
});
