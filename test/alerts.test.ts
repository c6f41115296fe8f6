import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { loadCatalog } from '../engine/catalog/catalog.ts';
import { Engine } from '../engine/engine.ts';
import { readAlertsFile } from '../jobs/alerts/alertsFile.ts';
import { type Evaluated, evaluateAlerts } from '../jobs/alerts/evaluate.ts';
import type { Disk } from '../jobs/alerts/measure.ts';
import { type TestDatabase, testDatabase } from './support/database.ts';
import { ManualClock } from './support/manualClock.ts';

// The rules that come with Tickwave, on the views as they are.

const HOUR = 3_600_000;
const { rules } = readAlertsFile('alerts.yaml', {});

let database: TestDatabase;
let pool: pg.Pool;
let engine: Engine;
let clock: ManualClock;
let disk: Disk | null;
/** Rules that have fired, and those that ended after it, in this suite. */
const fired = new Set<string>();
const resolved = new Set<string>();
let before: readonly string[] = [];
/** Markets that give signs of life, for as long as the suite takes. */
const alive = new Set<string>();

beforeAll(async () => {
  database = await testDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 2 });
  engine = await Engine.open({ url: database.url, catalog: await loadCatalog('sql') });
});

afterAll(async () => {
  await engine?.stop();
  await pool?.end();
  await database?.drop();
});

beforeEach(async () => {
  await pool.query(
    'truncate alerts, trade_gaps, models, scoring_progress, drift_checks, job_runs, dead_letters, predictions',
  );
  before = [];
  clock = new ManualClock(Date.UTC(2026, 0, 1));
  disk = { freeBytes: 50, totalBytes: 100 };
});

/** Looks at all rules, and again after each has lasted long enough: what holds fires, and what does not hold any more ends. */
async function look(): Promise<readonly string[]> {
  await pool.query(
    "insert into heartbeats select 'kraken', symbol, date_trunc('minute', now()) from unnest($1::varchar[]) as alive (symbol) on conflict do nothing",
    [[...alive]],
  );
  await engine.refresh();
  let found: Evaluated = { sentences: [], failures: [] };
  for (let times = 0; times < 2; times++) {
    found = await evaluateAlerts({ pool, clock, rules, disk: async () => disk });
    expect(found.failures).toEqual([]);
    const slept = clock.sleep(2 * HOUR);
    clock.wakeNext();
    await slept;
  }
  const { rows } = await pool.query<{ fires: string }>(
    "select rtrim(rule || ' ' || subject) as fires from open_alerts order by rule, subject",
  );
  const firing = rows.map(({ fires }) => fires);
  for (const fires of firing) fired.add(ruleOf(fires));
  for (const fires of before) if (!firing.includes(fires)) resolved.add(ruleOf(fires));
  before = firing;
  return firing;
}

function ruleOf(fires: string): string {
  return fires.split(' ')[0] ?? '';
}

const run = (sql: string): Promise<unknown> => pool.query(sql);
const champion = `insert into models (name, version, alias, algorithm, horizon_minutes, trained_to) values ('m', 3, 'champion', 'ridge', 5, now() - interval '2 hours')`;

test('nothing fires on a database that is empty, nor on one that is well', async () => {
  expect(await look()).toEqual([]);
  alive.add('BTC/USD');
  await run(champion);
  expect(await look()).toEqual([]);
});

test('a feed without a sign of life, until it gives one; one that was given up is none', async () => {
  await run(
    `insert into heartbeats values ('kraken', 'ETH/USD', date_trunc('minute', now()) - interval '10 minutes'), ('kraken', 'OLD/USD', date_trunc('minute', now()) - interval '8 days')`,
  );
  expect(await look()).toEqual(['feed-stale symbol=ETH/USD exchange=kraken']);
  alive.add('ETH/USD');
  expect(await look()).toEqual([]);
});

test('a hole that stays open, until it is closed', async () => {
  const hole = (id: number, minutes: number): Promise<unknown> =>
    run(
      `insert into trade_gaps (exchange, symbol, from_id, to_id, missing, status, detected_at) values ('kraken', 'BTC/USD', ${id}, ${id}, 1, 'detected', now() - interval '${minutes} minutes')`,
    );
  await hole(1, 5);
  expect(await look()).toEqual([]);
  await hole(2, 20);
  expect(await look()).toEqual(['gap-unrepaired symbol=BTC/USD exchange=kraken']);
  await run("update trade_gaps set status = 'repaired', closed_at = now()");
  expect(await look()).toEqual([]);
});

test('scoring that is behind, and a champion whose training data is too old', async () => {
  alive.add('BTC/USD');
  await run(champion);
  await run(
    `insert into scoring_progress (model, version, exchange, symbol, scored_through) values ('m', 3, 'kraken', 'BTC/USD', now() - interval '20 minutes')`,
  );
  expect(await look()).toEqual(['scoring-behind model=m symbol=BTC/USD version=3 exchange=kraken']);
  await run('update scoring_progress set scored_through = now()');
  await run("update models set trained_to = now() - interval '337 hours'");
  expect(await look()).toEqual(['model-expired model=m version=3']);
  await run('update models set alias = null');
  expect(await look()).toEqual([]);
});

test('a champion of whose inputs too many have drifted', async () => {
  await run(champion);
  const check = (hour: number, drifted: number): Promise<unknown> =>
    run(
      `insert into drift_checks (model, version, feature, checked_through, state)
       select 'm', 3, 'f' || n, '2026-01-01'::timestamptz + interval '${hour} hours', case when n <= ${drifted} then 'drifted' else 'ok' end from generate_series(1, 10) as n`,
    );
  await check(1, 2);
  expect(await look()).toEqual([]);
  await check(2, 3);
  expect(await look()).toEqual(['drift model=m version=3']);
  await check(3, 2);
  expect(await look()).toEqual(['drift model=m version=3']);
  await check(4, 1);
  expect(await look()).toEqual([]);
});

test('a champion that predicts worse than no change', async () => {
  await run(champion);
  const judged = (error: number): Promise<unknown> =>
    run(
      `insert into accuracy_1h (exchange, symbol, horizon_minutes, model, version, hour, predictions, timely_absolute_return_error_sum, timely_persistence_absolute_return_error_sum)
       select 'kraken', 'BTC/USD', 5, 'm', 3, '2026-01-01'::timestamptz + n * interval '1 hour', 60, ${error}, 1 from generate_series(1, 24) as n`,
    );
  await judged(0.99);
  expect(await look()).toEqual([]);
  await run('delete from accuracy_1h');
  await judged(1.01);
  expect(await look()).toEqual(['skill-lost model=m version=3']);
  await run('delete from accuracy_1h');
  await judged(0.99);
  expect(await look()).toEqual([]);
  await run('delete from accuracy_1h');
});

test('a market whose features are not complete, until they are', async () => {
  alive.add('SOL/USD');
  const complete = (minutesAgo: number): Promise<unknown> =>
    run(
      `insert into features (exchange, symbol, window_start, complete)
       values ('kraken', 'SOL/USD', date_trunc('minute', now()) - interval '${minutesAgo} minutes', true)`,
    );
  await complete(40);
  expect(await look()).toEqual(['features-incomplete symbol=SOL/USD exchange=kraken']);
  await complete(3);
  expect(await look()).toEqual([]);
  alive.delete('SOL/USD');
  await run("delete from features where symbol = 'SOL/USD'; delete from heartbeats where symbol = 'SOL/USD'");
});

test('a training that failed, until one is done', async () => {
  const ended = (number: number, state: string): Promise<unknown> =>
    run(`insert into job_runs (kind, run, state) values ('train', ${number}, '${state}')`);
  await ended(1, 'failed');
  expect(await look()).toEqual(['training-failed kind=train']);
  await ended(2, 'running');
  expect(await look()).toEqual(['training-failed kind=train']);
  await ended(3, 'done');
  expect(await look()).toEqual([]);
});

test('a source that sends what cannot be used', async () => {
  await run(
    `insert into dead_letters (source, place, received_at) select 'kraken', n::text, now() from generate_series(1, 101) as n`,
  );
  expect(await look()).toEqual(['dead-letters source=kraken']);
  await run("update dead_letters set received_at = now() - interval '2 hours' where place::int > 9");
  expect(await look()).toEqual([]);
});

test('a disk that is nearly full, until it is not; one that nobody can look at changes nothing', async () => {
  disk = { freeBytes: 9, totalBytes: 100 };
  expect(await look()).toEqual(['disk-full']);
  disk = null;
  expect(await look()).toEqual(['disk-full']);
  disk = { freeBytes: 16, totalBytes: 100 };
  expect(await look()).toEqual([]);
});

test('every rule was seen to fire, and to end', () => {
  const names = rules.map(({ name }) => name).sort();
  expect([[...fired].sort(), [...resolved].sort()]).toEqual([names, names]);
});
