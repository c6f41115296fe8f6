import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';
import { ownerPool } from './ownerPool.ts';

let database: TestDatabase;
let other: pg.Client;

beforeAll(async () => {
  database = await testDatabase();
  other = new pg.Client({ connectionString: database.url });
  await other.connect();
});

afterAll(async () => {
  await other?.end();
  await database?.drop();
});

test('a lent and an idle connection that the server ends do not end the process, and are replaced', async () => {
  const pool = ownerPool(database.url, 'tickwave test', 2);
  const lent = await pool.connect();
  const idle = await pool.connect();
  idle.release();
  const ended = Promise.all([
    new Promise((resolve) => lent.once('end', resolve)),
    // Until the pool has heard of it, it would lend the idle one once more.
    new Promise((resolve) => pool.once('remove', resolve)),
  ]);
  const { rowCount } = await other.query(
    "select pg_terminate_backend(pid, 30000) from pg_stat_activity where application_name = 'tickwave test'",
  );
  expect(rowCount).toBe(2);
  await ended;
  await expect(lent.query('select 1')).rejects.toThrow();
  lent.release(true);
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  await pool.end();
});
