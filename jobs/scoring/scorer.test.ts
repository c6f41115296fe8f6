import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pino from 'pino';
import { ManualClock } from '../../test/support/manualClock.ts';
import type { Bundle } from '../registry/bundle.ts';
import { LocalRegistry } from '../registry/localRegistry.ts';
import type { Alias } from '../registry/registeredModel.ts';
import { BASELINES, smallBundle } from '../registry/testing/bundles.ts';
import { type JobsDatabase, jobsDatabase } from '../registry/testing/tables.ts';
import { Scorer, type ScorerOptions } from './scorer.ts';
import {
  byKey,
  closeMinutes,
  MINUTE,
  recomputed,
  START,
  storedPredictions,
  testMarkets,
} from './testing/market.ts';

const NAME = 'return-5m';
const markets = testMarkets(3);

let database: JobsDatabase;
let bundle: Bundle;
let folder: string;
let registry: LocalRegistry;
let clock: ManualClock;
let spoken: string[];

beforeAll(async () => {
  database = await jobsDatabase();
  bundle = await smallBundle(1);
});

afterAll(() => database?.drop());

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tickwave-models-'));
  await database.pool.query(
    'truncate models, promotions, scoring_progress, watermarks, features, candles_1m, predictions',
  );
  clock = new ManualClock(START);
  spoken = [];
  registry = new LocalRegistry({ pool: database.pool, folder, clock });
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function scorer(changed: Partial<ScorerOptions> = {}): Scorer {
  return new Scorer({
    ...{
      pool: database.pool,
      registry,
      algorithms: BASELINES,
      clock,
      onChange: () => () => {},
      pollMs: 1000,
    },
    ...{ catchUpMinutes: 1440, expiryMs: 14 * 86_400_000, say: (sentence) => spoken.push(sentence) },
    ...changed,
  });
}

async function serve(name: string, what: Bundle, alias: Alias): Promise<number> {
  const { version } = await registry.register(name, what);
  const action = alias === 'champion' ? 'promote' : 'challenge';
  await registry.decide({ name, version, action, alias, reasons: ['a test'] });
  return version;
}

const close = (from: number, to: number, which = markets) => closeMinutes(database.pool, which, from, to);

async function stored<T>(columns: string): Promise<readonly T[]> {
  const order = 'order by window_start, exchange, symbol, model, version';
  return (await database.pool.query(`select ${columns} from predictions ${order}`)).rows as T[];
}

test('each complete closed minute once, with champion and challenger, whatever the batch', async () => {
  await close(0, 1);
  await serve(NAME, bundle, 'champion');
  const other = await smallBundle(2, { horizonMinutes: 15, features: ['f2', 'f0'] });
  await serve('return-15m', other, 'challenger');
  const one = scorer();
  await one.pass();
  expect(await stored('model')).toEqual([]);
  for (const to of [2, 3, 7, 40]) {
    await close(1, to);
    await one.pass();
    await one.pass();
  }
  const expected = [
    ...recomputed(markets, { name: NAME, version: 1 }, bundle, 1, 40),
    ...recomputed(markets, { name: 'return-15m', version: 1 }, other, 1, 40),
  ];
  expect(expected.length).toBeGreaterThan(150);
  expect(byKey(await storedPredictions(database.pool))).toEqual(byKey(expected));
  expect(one.status()).toMatchObject({
    predictions: expected.length,
    leftOut: 0,
    refused: [],
    failure: null,
  });
});

test('the log says of each window what became of it, by the id of the window, when somebody wants to know', async () => {
  await close(0, 1);
  await serve(NAME, bundle, 'champion');
  const lines: Record<string, unknown>[] = [];
  const logAt = (level: string) => pino({ level }, { write: (line: string) => lines.push(JSON.parse(line)) });
  await scorer().pass();
  await close(1, 3);
  await scorer({ logger: logAt('debug') }).pass();
  const found = await stored<Record<string, unknown>>(
    'exchange, symbol, window_start, horizon_minutes, model, version, features_hash, latency_ms',
  );
  expect(found.length).toBeGreaterThan(2);
  const expected = found.map((row) => {
    const start = (row.window_start as Date).toISOString().replace('.000Z', 'Z');
    const id = `${row.exchange} ${row.symbol} ${start} ${row.horizon_minutes}m`;
    return { ...row, window_start: start, window_id: id };
  });
  const ids = (rows: readonly { window_id?: unknown }[]) => rows.map(({ window_id: id }) => id).sort();
  expect(ids(lines)).toEqual(ids(expected));
  for (const one of expected)
    expect(lines.find(({ window_id: id }) => id === one.window_id)).toMatchObject(one);
  lines.length = 0;
  await close(3, 5);
  await scorer({ logger: logAt('warn') }).pass();
  expect([lines, (await stored('model')).length > found.length]).toEqual([[], true]);
});

test('what was over when the model came into service is never predicted', async () => {
  await close(0, 10);
  await serve(NAME, bundle, 'champion');
  await close(10, 12);
  // A market that comes later begins no earlier than the others did.
  const late = testMarkets(4).slice(3);
  await close(0, 12, late);
  await scorer().pass();
  const expected = recomputed([...markets, ...late], { name: NAME, version: 1 }, bundle, 10, 12);
  expect(byKey(await storedPredictions(database.pool))).toEqual(byKey(expected));
});

test('what it was trained on is never predicted, nor what overlaps with it', async () => {
  const trainedTo = new Date(START + 20 * MINUTE).toISOString();
  const newer = await smallBundle(1, { trainedTo });
  await serve(NAME, newer, 'champion');
  await close(0, 30);
  await scorer().pass();
  const expected = recomputed(markets, { name: NAME, version: 1 }, newer, 25, 30);
  expect(byKey(await storedPredictions(database.pool))).toEqual(byKey(expected));
});

test('an expired model predicts no more, and what comes after it does', async () => {
  await serve(NAME, bundle, 'champion');
  const expiryMs = 12 * 3_600_000 + 5 * MINUTE;
  await close(0, 10);
  const one = scorer({ expiryMs });
  await one.pass();
  const expected = recomputed(markets, { name: NAME, version: 1 }, bundle, 0, 5);
  expect(byKey(await storedPredictions(database.pool))).toEqual(byKey(expected));
});

test('a model of some markets leaves the others alone', async () => {
  const [first, ...others] = markets;
  if (first === undefined) throw new Error('no market');
  const { exchange, symbol } = first;
  await serve(NAME, await smallBundle(1, { markets: [{ exchange, symbol }] }), 'champion');
  await close(0, 9);
  await scorer().pass();
  expect(new Set((await stored<{ symbol: string }>('symbol')).map((row) => row.symbol))).toEqual(
    new Set([symbol]),
  );
  expect(others).toHaveLength(2);
});

test('caught up in order, within the limit, and marked late', async () => {
  await serve(NAME, bundle, 'champion');
  await close(0, 1);
  await scorer().pass();
  await close(1, 50);
  const one = scorer({ catchUpMinutes: 30 });
  await one.pass();
  const rows = await stored<{ minute: number; late: boolean; latency_ms: number | null }>(
    `(extract(epoch from window_start) - ${START / 1000})::int / 60 as minute, late, latency_ms`,
  );
  const minutes = rows.map(({ minute }) => minute).filter((minute) => minute > 0);
  expect(Math.min(...minutes)).toBe(19);
  // Each was the newest closed minute when it was made.
  expect(new Set(rows.filter(({ late }) => !late).map(({ minute }) => minute))).toEqual(new Set([0, 49]));
  expect(rows.filter(({ late, latency_ms }) => late !== (latency_ms === null))).toEqual([]);
  expect(one.status().leftOut).toBe(18 * markets.length);
  expect(spoken).toEqual([`${18 * markets.length} minutes were too old to be predicted and are left out`]);
});

describe('a model that cannot be used is refused with words, and the others go on:', () => {
  async function othersGoOn(reason: string): Promise<void> {
    await serve('good', bundle, 'champion');
    await close(0, 3);
    const one = scorer();
    await one.pass();
    await one.pass();
    const expected = recomputed(markets, { name: 'good', version: 1 }, bundle, 0, 3);
    expect(byKey(await storedPredictions(database.pool))).toEqual(byKey(expected));
    expect(spoken).toHaveLength(1);
    expect(spoken[0]).toContain(reason);
    expect(one.status().refused).toMatchObject([{ name: 'bad', version: 1 }]);
    expect(one.status().serving).toEqual([{ name: 'good', version: 1, alias: 'champion' }]);
  }

  test('a feature is gone', async () => {
    await serve('bad', await smallBundle(1, { features: ['f0', 'gone'] }), 'champion');
    await othersGoOn('It was trained with gone, which the view features does not have');
  });

  test('its files are damaged', async () => {
    await serve('bad', bundle, 'champion');
    await rm(join(registry.place, 'bad', '1', 'interval.model'));
    await othersGoOn('cannot be read');
  });

  test('its library is not there', async () => {
    await serve('bad', await smallBundle(1, { algorithm: 'xgboost' }), 'champion');
    await othersGoOn('The model is of xgboost, which cannot be used here');
  });
});

test('a minute that no number can be given for is left out and said, and the others are stored', async () => {
  await serve(NAME, bundle, 'champion');
  await close(0, 3);
  await database.pool.query("update features set f0 = 1e9, complete = true where symbol = 'M000/USD'");
  await scorer().pass();
  const rows = await stored<{ symbol: string }>('symbol');
  expect(new Set(rows.map(({ symbol }) => symbol))).toEqual(new Set(['M001/USD', 'M002/USD']));
  expect(spoken[0]).toMatch(
    /return-5m 1: it predicted a log return of \d+.* for M000\/USD at 2026-01-02T00:00:00/,
  );
});

test('wakes up when it is told, counts the latency from then, and polls when nobody tells', async () => {
  await serve(NAME, bundle, 'champion');
  let wake = (): void => {};
  const onChange = (given: () => void) => {
    wake = given;
    return () => {};
  };
  const one = scorer({ onChange, pollMs: 60_000 });
  const stop = new AbortController();
  const ended = one.run(stop.signal);
  const until = async (predictions: number): Promise<void> => {
    while (one.status().predictions < predictions) await new Promise((resolve) => setImmediate(resolve));
  };
  const expected = (to: number) => recomputed(markets, { name: NAME, version: 1 }, bundle, 0, to).length;
  while (clock.sleeping === 0) await new Promise((resolve) => setImmediate(resolve));
  await close(0, 1);
  wake();
  await until(expected(1));
  expect(one.status().latencyMs).toBe(0);
  while (clock.sleeping === 0) await new Promise((resolve) => setImmediate(resolve));
  await close(1, 2);
  expect(one.status().predictions).toBe(expected(1));
  clock.wakeNext();
  await until(expected(2));
  stop.abort();
  await ended;
  expect((await stored<{ at: Date }>('made_at as at')).at(-1)?.at.getTime()).toBe(START + 60_000);
});

test('goes on after the database was away', async () => {
  await serve(NAME, bundle, 'champion');
  await close(0, 2);
  let failing = 3;
  const query = async (...given: unknown[]) => {
    if (failing-- > 0) throw new Error('terminating connection due to administrator command');
    return Reflect.apply(database.pool.query, database.pool, given);
  };
  const pool = new Proxy(database.pool, {
    get: (target, name) => (name === 'query' ? query : Reflect.get(target, name)),
  });
  const one = scorer({ pool });
  const stop = new AbortController();
  const ended = one.run(stop.signal);
  const done = (async () => {
    while (one.status().predictions === 0) await new Promise((resolve) => setImmediate(resolve));
  })();
  await clock.runUntil(done);
  stop.abort();
  await ended;
  expect(spoken).toEqual([
    'scoring failed and is tried again: terminating connection due to administrator command',
  ]);
  expect(one.status().failure).toBeNull();
});

test('reads by index what is due, however long the history is', async () => {
  await serve(NAME, bundle, 'champion');
  await close(0, 2000);
  await scorer({ catchUpMinutes: 0 }).pass();
  await database.pool.query('analyze');
  const reads = async () => {
    // Each connection tells its counters when it rests, and at once only when it is asked to.
    const clients = await Promise.all(
      Array.from({ length: database.pool.totalCount }, () => database.pool.connect()),
    );
    for (const client of clients) {
      await client.query('select pg_stat_force_next_flush()');
      client.release();
    }
    const { rows } = await database.pool.query<{ table: string; scans: number; rows: number }>(
      `select t.relname as table, seq_scan::int as scans,
         (select sum(i.idx_tup_read) from pg_stat_all_indexes as i where i.relid = t.relid)::int as rows
       from pg_stat_all_tables as t where relname in ('features', 'candles_1m', 'predictions')`,
    );
    return new Map(rows.map((row) => [row.table, row]));
  };
  await close(2000, 2001);
  const before = await reads();
  await scorer().pass();
  const after = await reads();
  for (const table of ['features', 'candles_1m', 'predictions'])
    expect(after.get(table)?.scans).toBe(before.get(table)?.scans);
  const read = (after.get('features')?.rows ?? 0) - (before.get('features')?.rows ?? 0);
  expect(read).toBeGreaterThan(0);
  expect(read).toBeLessThan(20);
});
