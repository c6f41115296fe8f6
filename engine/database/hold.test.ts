import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { systemClock } from '../clock.ts';
import { alone, inTurn, tryHold } from './hold.ts';

let database: TestDatabase;
let one: pg.Pool;
let two: pg.Pool;

beforeAll(async () => {
  database = await testDatabase();
  [one, two] = [1, 2].map((name) => {
    const pool = new pg.Pool({ connectionString: database.url, application_name: `holder ${name}` });
    pool.on('error', () => {});
    return pool;
  }) as [pg.Pool, pg.Pool];
});

afterAll(async () => {
  await one?.end();
  await two?.end();
  await database?.drop();
});

test('one has it, others are told so, and it can be given on', async () => {
  const held = await tryHold(one, 'train', systemClock);
  expect(await tryHold(two, 'train', systemClock)).toBeNull();
  expect(await alone(two, 'train', systemClock, async () => 'ran')).toBeNull();
  expect(await alone(two, 'measure', systemClock, async () => 'ran')).toEqual({ result: 'ran' });
  await held?.release();
  expect(held?.lost.aborted).toBe(false);
  expect(await alone(two, 'train', systemClock, async () => 'ran')).toEqual({ result: 'ran' });
});

test('it is given back when the work fails', async () => {
  const failing = alone(one, 'train', systemClock, async () => {
    throw new Error('no data');
  });
  await expect(failing).rejects.toThrow('no data');
  expect(await alone(two, 'train', systemClock, async () => 'ran')).toEqual({ result: 'ran' });
});

test('it is lost with the connection, and whoever had it hears of it', async () => {
  const held = await tryHold(one, 'train', systemClock);
  const heard = new Promise((resolve) => held?.lost.addEventListener('abort', resolve));
  await two.query(
    "select pg_terminate_backend(pid, 30000) from pg_stat_activity where application_name = 'holder 1'",
  );
  await heard;
  expect(await alone(two, 'train', systemClock, async () => 'ran')).toEqual({ result: 'ran' });
  await held?.release();
  // The others of the pool were ended, too: it has to have heard of it before it lends one.
  while (one.totalCount > 0) await new Promise((resolve) => setImmediate(resolve));
});

test('those who wait for their turn come one after the other', async () => {
  await one.query('create table counted (value int)');
  await one.query('insert into counted values (0)');
  const add = (pool: pg.Pool) =>
    inTurn(pool, 'count', systemClock, async (client) => {
      const { rows } = await client.query<{ value: number }>('select value from counted');
      await client.query('update counted set value = $1', [Number(rows[0]?.value) + 1]);
    });
  await Promise.all(Array.from({ length: 20 }, (_, index) => add(index % 2 === 0 ? one : two)));
  expect((await one.query('select value from counted')).rows).toEqual([{ value: 20 }]);
});
