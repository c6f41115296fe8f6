import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { loadCatalog } from '../engine/catalog/catalog.ts';
import { deploy } from '../engine/postgres/deploy/deploy.ts';
import { layOut } from '../engine/postgres/deploy/plan.ts';
import { Feed } from '../engine/postgres/feed.ts';
import { Refresher } from '../engine/postgres/refresher.ts';
import { seeded } from './property/history.ts';
import { type TestDatabase, testDatabase } from './support/database.ts';

// Landing tables in the change feed: every row that is committed is told once, whatever transactions run meanwhile.

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

let database: TestDatabase;
let keeper: pg.Client;
let pool: pg.Pool;
let refresher: Refresher;
let told: string[] = [];
const feed = new Feed();

beforeAll(async () => {
  database = await testDatabase();
  keeper = new pg.Client({ connectionString: database.url });
  pool = new pg.Pool({ connectionString: database.url, max: 6 });
  await keeper.connect();
  const layout = layOut(await loadCatalog('sql'));
  await deploy(keeper, layout);
  refresher = new Refresher(keeper, layout, feed);
  feed.subscribe('trades', ({ changes }) => {
    told.push(...changes.map(({ key }) => String(key.trade_id)));
  });
  await refresh();
});

afterAll(async () => {
  await keeper?.end();
  await pool?.end();
  await database?.drop();
});

async function refresh(): Promise<void> {
  const { changes } = await refresher.refresh('all');
  expect(await feed.publish(changes)).toEqual([]);
}

const insert = (client: pg.ClientBase | pg.Pool, id: number, second = id % 600) =>
  client.query(
    `insert into trades values ('kraken', 'BTC/USD', $1, timestamptz '2026-06-01 00:00:00+00' + $2::int * interval '1 second', 100, 1, 'buy', now()) on conflict do nothing`,
    [id, second],
  );

/** The trades of the next refreshes. */
async function toldBy(...steps: (() => Promise<unknown>)[]): Promise<string[]> {
  told = [];
  for (const step of steps) await step();
  return told.sort();
}

test('what was committed is told once, late rows and those told of again included', async () => {
  expect(await toldBy(() => insert(pool, 1), refresh, refresh)).toEqual(['1']);
  // Into the same second, which is read whole, and one that is there already.
  expect(
    await toldBy(
      () => insert(pool, 2, 1),
      () => insert(pool, 1),
      refresh,
      refresh,
    ),
  ).toEqual(['2']);
});

test('a correction is told', async () => {
  const correct = () => pool.query('update trades set price = 101 where trade_id = 1');
  expect(await toldBy(correct, refresh, refresh)).toEqual(['1']);
});

test('a transaction with savepoints that is older than others is told when it commits, and the others only once', async () => {
  const slow = await pool.connect();
  await slow.query('begin');
  await slow.query('savepoint one');
  await insert(slow, 10);
  expect(
    await toldBy(
      () => insert(pool, 11),
      refresh,
      () => insert(pool, 12),
      refresh,
    ),
  ).toEqual(['11', '12']);
  await slow.query('release savepoint one');
  await insert(slow, 13);
  await slow.query('commit');
  slow.release();
  expect(await toldBy(refresh, refresh)).toEqual(['10', '13']);
});

test(`any mix of transactions is told once (SEED=${SEED})`, async () => {
  const random = seeded(SEED);
  const open: { readonly client: pg.PoolClient; readonly ids: string[] }[] = [];
  const committed: string[] = [];
  told = [];
  for (let step = 0, id = 100; step < 120; step++) {
    const dice = random();
    const slot = Math.floor(random() * open.length);
    const one = open[slot];
    if (dice < 0.2 && open.length < 4) {
      const client = await pool.connect();
      await client.query('begin');
      open.push({ client, ids: [] });
    } else if (dice < 0.6 && one) {
      const nested = random() < 0.3;
      if (nested) await one.client.query('savepoint inner_one');
      const rows = 1 + Math.floor(random() * 3);
      for (let row = 0; row < rows; row++, id++) {
        await insert(one.client, id);
        one.ids.push(String(id));
      }
      if (nested) await one.client.query('release savepoint inner_one');
    } else if (dice < 0.75 && one) {
      const keep = random() < 0.8;
      await one.client.query(keep ? 'commit' : 'rollback');
      one.client.release();
      open.splice(slot, 1);
      if (keep) committed.push(...one.ids);
    } else await refresh();
  }
  for (const { client } of open) {
    await client.query('rollback');
    client.release();
  }
  await refresh();
  expect(told.sort()).toEqual(committed.sort());
});
