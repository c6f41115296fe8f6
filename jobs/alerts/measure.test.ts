import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { BadMeasurement } from './errors.ts';
import { measure } from './measure.ts';
import { type AlertsDatabase, alertsDatabase } from './testing/database.ts';

let database: AlertsDatabase;

beforeAll(async () => {
  database = await alertsDatabase();
});

afterAll(() => database?.drop());

beforeEach(() => database.pool.query("truncate measured; insert into measured values ('BTC/USD', 1)"));

const run = (sql: string, timeoutMs = 30_000) =>
  measure(database.pool, { name: 'slow', sql }, { disk: { freeBytes: 3, totalBytes: 4 }, timeoutMs });

test('each row is a subject by all its columns but the value', async () => {
  const sql = "select 'kraken' as exchange, symbol, value, 7 as n, null::text as nothing from measured;";
  expect(await run(sql)).toEqual([
    {
      subject: 'n=7 symbol=BTC/USD nothing= exchange=kraken',
      labels: { exchange: 'kraken', symbol: 'BTC/USD', n: '7', nothing: '' },
      value: 1,
    },
  ]);
  expect(await run('select null::int as value')).toEqual([{ subject: '', labels: {}, value: null }]);
});

test('the disk can be asked for', async () => {
  const sql =
    "select current_setting('tickwave.disk_free_bytes')::int * 10 + current_setting('tickwave.disk_total_bytes')::int as value";
  expect(await run(sql)).toMatchObject([{ value: 34 }]);
});

describe('is refused', () => {
  test.each([
    ['a write', 'delete from measured returning 1 as value'],
    ['a write inside', 'with gone as (delete from measured returning 1 as value) select * from gone'],
    ['a second statement', 'select 1 as value) as a; delete from measured; select * from (select 2 as value'],
    ['a function that writes', "select nextval('counter') as value"],
    ['what is no query', 'drop table measured'],
  ])('%s', async (_, sql) => {
    await database.pool.query('create sequence if not exists counter');
    await expect(run(sql)).rejects.toThrow();
    expect((await database.pool.query('select * from measured')).rows).toHaveLength(1);
  });

  test.each([
    ['a row without a value', 'select 1 as valu', /value is missing/],
    ['a value that is no number', "select 'a' as value", /value is no number/],
    ['rows that are alike', 'select 1 as value union all select 2', /differ in nothing/],
    [
      'more rows than anybody looks at',
      'select n, 1 as value from generate_series(1, 1001) as n',
      /more than 1000/,
    ],
  ])('%s', async (_, sql, said) => {
    const failed = run(sql);
    await expect(failed).rejects.toThrow(BadMeasurement);
    await expect(failed).rejects.toThrow(said);
  });

  test('what takes too long, and the connection is as before', async () => {
    await expect(run('select pg_sleep(600), 1 as value', 20)).rejects.toThrow(/statement timeout/);
    const { rows } = await database.pool.query('show statement_timeout');
    expect(rows[0]).not.toEqual({ statement_timeout: '20ms' });
  });
});
