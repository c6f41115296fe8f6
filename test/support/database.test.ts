import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { type TestDatabase, testDatabase } from './database.ts';

let database: TestDatabase;
let owner: pg.Client;
let analyst: pg.Client;

beforeAll(async () => {
  database = await testDatabase();
  owner = new pg.Client({ connectionString: database.url });
  analyst = new pg.Client({ connectionString: database.analystUrl });
  await Promise.all([owner.connect(), analyst.connect()]);
});

afterAll(async () => {
  await Promise.all([owner.end(), analyst.end()]);
  await database.drop();
});

test('the analyst reads tables that the owner makes later, and writes nothing', async () => {
  await owner.query('create table prices (price numeric); insert into prices values (1.50)');
  expect((await analyst.query('select price from prices')).rows).toEqual([{ price: '1.50' }]);
  await expect(analyst.query('insert into prices values (2)')).rejects.toThrow('read-only transaction');
  await analyst.query('set default_transaction_read_only = off');
  await expect(analyst.query('insert into prices values (2)')).rejects.toThrow('permission denied');
  await expect(analyst.query('create table mine (id int)')).rejects.toThrow('permission denied');
  await expect(analyst.query('create temporary table mine (id int)')).rejects.toThrow('permission denied');
  await expect(analyst.query('select lo_create(0)')).rejects.toThrow('permission denied');
  await expect(analyst.query('select pg_advisory_lock(1)')).rejects.toThrow('permission denied');
});

test("the analyst's statements end after a minute", async () => {
  const { rows } = await analyst.query<{ statement_timeout: string }>('show statement_timeout');
  expect(rows[0]?.statement_timeout).toBe('1min');
});
