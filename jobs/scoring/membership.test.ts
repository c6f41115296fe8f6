import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { TERM_MS } from '../../engine/database/lease.ts';
import { standIn } from '../../test/standIn/standIn.ts';
import { ManualClock } from '../../test/support/manualClock.ts';
import { type JobsDatabase, jobsDatabase } from '../registry/testing/tables.ts';
import { applyRetention } from '../retention/retention.ts';
import { MEMBER, Membership } from './membership.ts';

const START = Date.UTC(2026, 0, 2);
const DAY = 86_400_000;

let database: JobsDatabase;
let likeRisingwave: pg.Pool;
let said: string[] = [];
const joined: Membership[] = [];

beforeAll(async () => {
  database = await jobsDatabase();
  await database.pool.query(
    'create table pipeline_health (sampled_at timestamptz, exchange varchar, symbol varchar, primary key (sampled_at, exchange, symbol))',
  );
  likeRisingwave = await standIn(database.url);
});

afterEach(async () => {
  for (const each of joined.splice(0)) await each.leave();
  await database.pool.query('truncate leases');
  said = [];
});

afterAll(async () => {
  await likeRisingwave?.end();
  await database?.drop();
});

function member(pool: pg.Pool, id: string, now = START): Membership {
  const clock = new ManualClock(now);
  const made = new Membership({ pool, clock, id, say: (sentence) => said.push(sentence) });
  joined.push(made);
  return made;
}

const look = async (...all: readonly Membership[]): Promise<unknown[]> => {
  for (const each of all) await each.look();
  return all.map(({ partition }) => partition);
};

describe.each([
  ['PostgreSQL', () => database.pool],
  ['RisingWave, as far as a stand-in says', () => likeRisingwave],
])('scorers on %s', (_engine, pool) => {
  test('share by how many are there, and again when one comes or leaves', async () => {
    const [b, c, a] = ['b', 'c', 'a'].map((id) => member(pool(), id));
    if (!a || !b || !c) throw new Error('there are three');
    expect(b.partition).toBeNull();
    expect(await look(b)).toEqual([{ index: 0, of: 1 }]);
    await look(a, c);
    expect(await look(a, b, c)).toEqual([0, 1, 2].map((index) => ({ index, of: 3 })));
    await a.leave();
    expect(await look(b, c)).toEqual([0, 1].map((index) => ({ index, of: 2 })));
    expect(a.partition).toBeNull();
  });

  test('leave out one that died once its lease has ended', async () => {
    const [died, other] = [member(pool(), 'a'), member(pool(), 'b')];
    expect(await look(died, other)).toEqual([
      { index: 0, of: 1 },
      { index: 1, of: 2 },
    ]);
    const later = member(pool(), 'c', START + TERM_MS + 1);
    expect(await look(later)).toEqual([{ index: 0, of: 1 }]);
  });

  test('leave no leases behind for longer than a day', async () => {
    await look(member(pool(), 'a'), member(pool(), 'b', START + DAY));
    await database.pool.query("insert into leases values ('a job', 7, 'x', '2020-01-01')");
    await applyRetention({ pool: pool(), now: START + DAY + TERM_MS + 1, monitoringDays: 90 });
    const { rows } = await database.pool.query<{ name: string }>('select name from leases order by name');
    // The last term of a job is never deleted: no number comes twice.
    expect(rows.map(({ name }) => name)).toEqual(['a job', `${MEMBER}b`]);
  });
});

test('all is scored while nobody can be asked who is there', async () => {
  const broken = { query: async () => Promise.reject(new Error('no database')) } as unknown as pg.Pool;
  const stop = new AbortController();
  const alone = member(broken, 'a');
  const running = alone.run(stop.signal);
  while (said.length === 0) await new Promise((resolve) => setImmediate(resolve));
  stop.abort();
  await running;
  expect(said).toEqual([expect.stringContaining('all markets are scored')]);
  expect(alone.partition).toBeNull();
});

test('samples of health are kept for as many days as wanted', async () => {
  await database.pool.query(
    "insert into pipeline_health select timestamptz '2026-01-01 00:00:00+00' + n * interval '1 day', 'kraken', 'BTC/USD' from generate_series(0, 9) as n",
  );
  const now = Date.UTC(2026, 0, 10);
  const deleted = await applyRetention({ pool: database.pool, now, monitoringDays: 3 });
  expect(deleted).toContainEqual({ table: 'pipeline_health', rows: 6 });
  const again = await applyRetention({ pool: database.pool, now, monitoringDays: 3 });
  expect(again).toContainEqual({ table: 'pipeline_health', rows: 0 });
});
