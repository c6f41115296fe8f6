import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { sharedDataFolder } from '../../test/support/data.ts';
import { loadCatalog } from '../catalog/catalog.ts';
import { checkDialect } from './dialect.ts';
import { lintDialect } from './lint.ts';
import { risingwaveStatements } from './statements.ts';

const codes = (sql: string): string[] => checkDialect(sql).map(({ code, grade }) => `${grade} ${code}`);

const EMA = (functions: string): string =>
  `create aggregate ema(value double precision) returns double precision language javascript as $$ ${functions} $$`;
const STEP = (name: string): string => `export function ${name}(state) { return state; }`;

describe('rejected, because it was seen to fail on RisingWave or to do harm there:', () => {
  test.each([
    ['time-literal', "select * from t where ts > timestamptz '2024-01-01 00:00:00Z'"],
    ['time-literal', "select * from t where ts > timestamp '2024-01-01T00:00:00Z'"],
    ['time-literal', "select * from t where ts > timestamp with time zone '2024-01-01 00:00:00Z'"],
    ['on-conflict', 'insert into t values (1) on conflict do nothing'],
    ['on-conflict', 'insert into t select a from s on conflict (a) do update set b = excluded.b'],
    ['replace-view', 'create or replace view v as select a from t'],
    ['trigger', 'create trigger x after insert on t execute function f()'],
    ['temporary', 'create temporary table x (a int)'],
    ['temporary', 'create temp table x as select a from t'],
    ['unique-index', 'create unique index i on t (a)'],
    ['recursive', 'with recursive r as (select 1 as n) select n from r'],
    ['swap-schema', 'alter schema a swap with b'],
    ['drop-database', 'drop database d cascade'],
    ['comment-view', "comment on materialized view v is 'x'"],
    ['comment-view', "comment on view v is 'x'"],
    ['grant-name', 'grant select on features to analyst'],
    ['transaction', 'begin'],
    ['transaction', 'begin isolation level repeatable read'],
    ['timeout-unit', 'set statement_timeout = 5000'],
    ['timeout-unit', "set statement_timeout to '5000'"],
    ['timezone', "set timezone = 'Europe/Berlin'"],
    ['ignore-nulls', 'select last_value(x) ignore nulls over (partition by a order by b) as x from t'],
    ['function', 'select corr(a, b) as c from t'],
    ['function', 'select max_by(a, b) as c from t'],
    ['function', 'select ntile(4) over (partition by a order by b) as c from t'],
    ['function', 'select width_bucket(a, 0, 1, 10) as c from t'],
    ['function', 'select percent_rank() over (partition by a order by b) as c from t'],
    ['function', 'select a from jsonb_to_recordset($1) as t (a int)'],
    ['function', "select obj_description('t'::regclass)"],
    ['unnest', 'select a from unnest($1::varchar[], $2::int[]) as t (a, b)'],
    ['advisory', 'select pg_advisory_lock(1)'],
    ['notify', 'listen tickwave'],
    ['copy', 'copy t from stdin'],
    [
      'window-partition',
      'create view v as select sum(a) over (order by b rows between 1 preceding and current row) as c from t',
    ],
    ['window-partition', 'create view v as select lag(a) over w as c from t window w as (order by b)'],
    ['join-equality', 'create materialized view v as select t.a from t join s on t.a < s.a'],
    ['join-equality', 'create materialized view v as select t.a from t join s on t.a = s.a and t.b < s.b'],
    ['join-equality', 'create materialized view v as select t.a from t cross join s'],
    ['comma-join', 'create view v as select t.a from t, s where t.a = s.a'],
    ['column-name', 'create view v as select a + 1 from t'],
    ['column-name', 'create view v as with s as (select a, a::int from t) select a from s'],
    [
      'watermark',
      "create table t (a int, ts timestamptz, watermark for ts as ts - interval '1 second', primary key (a))",
    ],
    ['aggregate-retract', EMA(['create_state', 'accumulate', 'finish'].map(STEP).join(' '))],
    ['aggregate-finish', EMA(['create_state', 'accumulate', 'retract'].map(STEP).join(' '))],
    ['javascript-returns', 'create function f(a int) returns decimal language javascript as $$ return a; $$'],
    ['language', 'create function f(a int) returns int language plpgsql as $$ begin return a; end $$'],
  ])('%s: %s', (code, sql) => {
    expect(codes(sql)).toContain(`rejected ${code}`);
  });
});

describe('not seen to work, so not used:', () => {
  test.each([
    ['function', 'select md5(a) as c from t'],
    ['word', 'select name from catalog_columns order by position'],
    ['word', 'select interval as c from t'],
    ['operator', "select a from t where b ~ 'x'"],
    ['comparison', 'select a from t where b is distinct from c'],
    ['in', 'select a from t where b in (1, 2)'],
    ['between', 'select a from t where b between 1 and 2'],
    ['row', 'select a from t where (b, c) > (1, 2)'],
    ['subquery', 'select a from t where exists (select b from s)'],
    ['case-of', 'select case a when 1 then 2 end as c from t'],
    ['type', 'select a::json as c from t'],
    ['for-update', 'select a from t for update'],
    ['frame', 'create view v as select sum(a) over (partition by b order by c) as s from t'],
    ['order', 'create view v as select a from t order by a limit 3'],
    ['union', 'create view v as select a from t union select a from s'],
    ['limit-zero', 'select a from t limit 0'],
    ['cross-join', 'select t.a from t cross join s'],
    [
      'lateral-range',
      'select t.a from t cross join lateral (select b from s where s.a = t.a and s.b > t.b limit 1) as newest',
    ],
    ['form', "create source s (a int) with (connector = 'kinesis') format plain encode json"],
    [
      'table-options',
      "create table t (a int, primary key (a)) with (connector = 'kinesis') format plain encode json",
    ],
  ])('%s: %s', (code, sql) => {
    expect(codes(sql)).toContain(`unshown ${code}`);
  });
});

describe('passes, because it was seen to work:', () => {
  test.each([
    "select '2024-01-01 00:00:00Z'::timestamptz as ts",
    "select a from t where ts > now() - interval '30 days'",
    'select a from t where a = any($1)',
    'select a from t limit 1',
    'select t.a from t join s on t.place = s.place where t.b < s.b',
    'select t.a from t cross join lateral (select b from s where s.a = t.a order by s.b desc limit 1) as newest',
    "insert into t select (x->>'a')::int, x->>'b' from (select jsonb_array_elements($1::jsonb) as x) t",
    'insert into t values (1) returning a',
    "create table t (a varchar, primary key (a)) on conflict do nothing include key as k include partition as p include offset as o include timestamp as kts with (connector = 'kafka', topic = 'trades', properties.bootstrap.server = 'b:9092', scan.startup.mode = 'earliest') format plain encode json",
    "create subscription s from mv with (retention = '1 day')",
    'declare c subscription cursor for s since now()',
    'declare c subscription cursor for s since 1732200000000',
    "fetch 10 from c with (timeout = '2s')",
    'alter materialized view a swap with a__2',
    'alter view x rename to y',
    'grant select on materialized view mv to analyst',
    'grant select on all materialized views in schema public to analyst',
    'set background_ddl = true',
    "set statement_timeout = '5s'",
    "comment on column t.c is 'what it is'",
    'begin read only',
    'wait;',
    'flush',
  ])('%s', (sql) => {
    expect(codes(sql)).toEqual([]);
  });
});

test('every file of sql/ passes', async () => {
  expect(lintDialect(await loadCatalog('sql'))).toEqual([]);
});

test('a problem in a file is told with its line', async () => {
  const catalog = await loadCatalog('sql');
  const [object] = catalog.objects.filter(({ name }) => name === 'candles_1s');
  if (!object) throw new Error('sql/ has no candles_1s');
  const body = object.statement.body.replace('max(price)', 'corr(price, quantity)');
  const text = object.statement.text.replace('max(price)', 'corr(price, quantity)');
  const broken = { ...object, statement: { ...object.statement, body, text } };
  const objects = { objects: [broken] } as unknown as typeof catalog;
  expect(lintDialect(objects)).toEqual([
    {
      file: 'candles/candles_1s.sql',
      line: text.split('\n').findIndex((line) => line.includes('corr(')) + 1,
      code: 'risingwave-function',
      message: 'corr is not there',
      suggestion: 'write it out with sums',
    },
  ]);
});

test('every statement that is sent passes', async () => {
  const options = {
    environment: { KAFKA_BROKERS: 'redpanda:9092' },
    analyst: 'analyst',
    subscribed: ['features'],
  };
  for (const { sql } of risingwaveStatements(await loadCatalog('sql'), options))
    expect({ sql, problems: checkDialect(sql) }).toEqual({ sql, problems: [] });
});

// What ran on a real RisingWave has to pass, or the checker forbids too much.
const verified = sharedDataFolder()?.replace(/data$/, 'sql');
(verified === undefined ? test.skip : test)('the SQL that was run on RisingWave passes', async () => {
  for (const file of (await readdir(verified ?? '')).filter((name) => !name.includes('postgres'))) {
    const text = await readFile(join(verified ?? '', file), 'utf8');
    for (const statement of text.split(/;\s*\n(?=create|$)/).filter((part) => part.trim() !== ''))
      expect({
        statement,
        rejected: checkDialect(statement).filter(({ grade }) => grade === 'rejected'),
      }).toEqual({
        statement,
        rejected: [],
      });
  }
});
