import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { inTransaction, onConnection } from './transaction.ts';

let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await testDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 1 });
  pool.on('error', () => {});
  await pool.query('create table notes (note text primary key)');
});

beforeEach(() => pool.query('delete from notes'));

afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

const notes = async () => (await pool.query<{ note: string }>('select note from notes')).rows;
const session = async (client: Pick<pg.ClientBase, 'query'>) =>
  (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid;
const end = (client: Pick<pg.ClientBase, 'query'>) =>
  client.query('select pg_terminate_backend(pg_backend_pid())');

test('the work is done whole', async () => {
  const result = await inTransaction(pool, async (client) => {
    await client.query("insert into notes values ('one')");
    await client.query("insert into notes values ('two')");
    return 'done';
  });
  expect(result).toBe('done');
  expect(await notes()).toHaveLength(2);
});

test('what throws takes everything back, and the connection goes on being used', async () => {
  const before = await session(pool);
  const work = inTransaction(pool, async (client) => {
    await client.query("insert into notes values ('one')");
    await client.query("insert into notes values ('one')");
  });
  await expect(work).rejects.toMatchObject({ code: '23505' });
  expect(await notes()).toEqual([]);
  expect(await session(pool)).toBe(before);
});

test('a connection that the server ends within the work is not lent again', async () => {
  const work = inTransaction(pool, async (client) => {
    await client.query("insert into notes values ('one')");
    await end(client);
  });
  await expect(work).rejects.toMatchObject({ code: '57P01' });
  expect(await notes()).toEqual([]);
});

test('nor is one that breaks while nothing is asked of it', async () => {
  const other = new pg.Client({ connectionString: database.url });
  await other.connect();
  await onConnection(pool, async (client) => {
    const gone = new Promise((resolve) => client.once('end', resolve));
    await other.query('select pg_terminate_backend($1)', [await session(client)]);
    await gone;
  });
  expect(await notes()).toEqual([]);
  await other.end();
});

test('nor one that its borrower calls spoilt', async () => {
  const before = await session(pool);
  await onConnection(pool, async (_client, spoil) => spoil(new Error('left in the middle of something')));
  expect(await session(pool)).not.toBe(before);
});
