import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type pg from 'pg';
import { engineOf } from '../../engine/database/engineOf.ts';
import { Lease, TERM_MS } from '../../engine/database/lease.ts';
import { rewriteRows } from '../../engine/database/rewriteRows.ts';
import { writeRows } from '../../engine/database/writeRows.ts';
import { RISINGWAVE } from '../../engine/profile.ts';
import { LocalRegistry } from '../../jobs/registry/localRegistry.ts';
import { BASELINES, smallBundle } from '../../jobs/registry/testing/bundles.ts';
import { type JobsDatabase, jobsDatabase } from '../../jobs/registry/testing/tables.ts';
import { JobBusy } from '../../jobs/schedule/errors.ts';
import { JobRuns } from '../../jobs/schedule/jobRuns.ts';
import { type Job, JobRunner } from '../../jobs/schedule/runner.ts';
import { Scorer } from '../../jobs/scoring/scorer.ts';
import {
  byKey,
  closeMinutes,
  recomputed,
  START,
  storedPredictions,
  testMarkets,
} from '../../jobs/scoring/testing/market.ts';
import { ManualClock } from '../support/manualClock.ts';
import { NotForRisingWave } from './client.ts';
import { standIn } from './standIn.ts';

const NAME = 'return-5m';
const markets = testMarkets(3);

let database: JobsDatabase;
let pool: pg.Pool;
let clock: ManualClock;
let folder: string;

beforeAll(async () => {
  database = await jobsDatabase();
  pool = await standIn(database.url);
});

afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

beforeEach(async () => {
  await database.pool.query(
    'truncate models, promotions, scoring_progress, watermarks, features, candles_1m, predictions, job_runs, leases',
  );
  clock = new ManualClock(START);
  folder = mkdtempSync(join(tmpdir(), 'tickwave-models-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test('the stand-in says what it stands for, and takes nothing else', async () => {
  expect(await engineOf(pool)).toBe(RISINGWAVE);
  for (const text of [
    'insert into leases values (1) on conflict do nothing',
    'begin',
    'select pg_advisory_lock(1)',
    'listen x',
    "select timestamptz '2026-01-01 00:00:00+00'",
  ])
    await expect(async () => pool.query(text)).rejects.toThrow(NotForRisingWave);
  const named = { name: 'read', text: 'select close from candles_1m where symbol = $1', values: ['BTC/USD'] };
  await expect(async () => pool.query(named)).rejects.toThrow('it has a name and reads the view candles_1m');
  await expect(
    pool.query({ ...named, text: 'select side from trades where symbol = $1' }),
  ).resolves.toBeDefined();
});

test.each([
  ['as it is', () => database.pool],
  ['on the stand-in', () => pool],
])('rows are rewritten %s: what is not named stays', async (_, to) => {
  const row = { kind: 'train', state: 'running', started_by: 'hand', progress: 0.5, message: '' };
  const profile = await engineOf(to());
  const runs = [1, 2].map((run) => ({ ...row, run, started_at: new Date(START).toISOString() }));
  await writeRows(to(), profile, 'job_runs', runs);
  await rewriteRows(to(), profile, {
    ...{ table: 'job_runs', set: { state: 'done', progress: 1, finished_at: '2026-01-01T00:00:00.5Z' } },
    ...{ where: 'kind = $1 and run = any($2::int[])', values: ['train', [2, 3]] },
  });
  const { rows } = await to().query('select * from job_runs order by run');
  const told = { cancel_requested: null, updated_at: null, started_at: new Date(START) };
  expect(rows).toEqual([
    { ...row, run: 1, ...told, finished_at: null },
    { ...row, run: 2, ...told, state: 'done', progress: 1, finished_at: new Date('2026-01-01T00:00:00.5Z') },
  ]);
  for (const [table, set] of [
    ['job_runs', { run: 3 }],
    ['job_runs', { status: 'done' }],
    ['heartbeats', { minute: '2026-01-01T00:00:00Z' }],
  ] as const)
    await expect(rewriteRows(to(), profile, { table, set, where: 'true', values: [] })).rejects.toThrow(
      'can not be rewritten',
    );
});

describe('a lease', () => {
  const take = (owner: string): Promise<Lease | null> => Lease.take({ pool, name: 'a job', clock, owner });

  test('is had by one of those who ask at once, and by the next when it is given back', async () => {
    const taken = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(take));
    const held = taken.filter((lease) => lease !== null);
    expect(held).toHaveLength(1);
    expect(await take('g')).toBeNull();
    await held[0]?.release();
    const next = await take('h');
    expect(next).not.toBeNull();
    await next?.release();
  });

  test('ends when its process does not renew it, and is kept as long as it does', async () => {
    const first = await take('a');
    // Its renewals are asleep on the clock: waking them keeps it.
    for (let woken = 0; woken < 5; woken++) {
      clock.wakeNext();
      await until(async () => clock.sleeping === 1);
    }
    expect(clock.now()).toBeGreaterThan(START + TERM_MS);
    expect(await take('b')).toBeNull();
    // One that cannot write any more: whoever comes after its end has it, and it learns so at its next look.
    const later = new ManualClock(clock.now() + TERM_MS + 1);
    const second = await Lease.take({ pool, name: 'a job', clock: later, owner: 'b' });
    expect(second).not.toBeNull();
    clock.wakeNext();
    await until(async () => first?.lost.aborted === true);
    await first?.release();
    expect(second?.lost.aborted).toBe(false);
    await second?.release();
  });
});

describe('a job', () => {
  const limits = { timeMs: 60_000, memoryBytes: null };
  const signal = new AbortController().signal;

  test('runs alone, and its run is a row', async () => {
    const runner = new JobRunner({ pool, clock, memory: () => 0 });
    const other = new JobRunner({ pool, clock, memory: () => 0 });
    const begun: ((message: string) => void)[] = [];
    const job = () => new Promise<string>((resolve) => begun.push(resolve));
    const running = runner.run('train', 'hand', job, limits, signal);
    await until(async () => begun.length === 1);
    expect(await runner.runs.list('train', 1)).toMatchObject([{ state: 'running' }]);
    await expect(other.run('train', 'hand', job, limits, signal)).rejects.toThrow(JobBusy);
    begun[0]?.('It is done.');
    const ended = await clock.runUntil(running);
    expect(ended).toEqual({ run: 1, state: 'done', message: 'It is done.' });
    expect(await runner.runs.list('train', 2)).toMatchObject([{ run: 1, state: 'done', progress: 1 }]);
    const again = await clock.runUntil(other.run('train', 'hand', async () => 'Again.', limits, signal));
    expect(again.run).toBe(2);
  });
});

describe('a cancellation', () => {
  test('ends the run, though the run itself writes its row anew in between', async () => {
    const runner = new JobRunner({ pool, clock, memory: () => 0 });
    let begun = 0;
    const job: Job = ({ signal: off }) =>
      new Promise((_, reject) => off.addEventListener('abort', () => reject(off.reason), { once: true }));
    const limits = { timeMs: 60_000_000, memoryBytes: null };
    const running = runner.run('train', 'hand', job, limits, new AbortController().signal, (run) => {
      begun = run;
    });
    await until(async () => begun === 1);
    const other = new JobRuns(pool, clock);
    // A beat that had read the row before, and writes it after.
    const stale = (await database.pool.query('select * from job_runs')).rows;
    let tries = 0;
    const query = pool.query.bind(pool);
    const spy = jest.spyOn(pool, 'query').mockImplementation((async (text: string, values: unknown[]) => {
      const answer = await query(text, values);
      if (text === 'flush' && ++tries === 1)
        await database.pool.query('update job_runs set cancel_requested = $1', [stale[0]?.cancel_requested]);
      return answer;
    }) as never);
    await other.cancel('train', 1);
    spy.mockRestore();
    expect(tries).toBe(2);
    expect((await clock.runUntil(running)).state).toBe('cancelled');
    expect(await other.list('train', 1)).toMatchObject([{ state: 'cancelled' }]);
  });
});

describe('the registry', () => {
  test('carries out a decision that a crash left half done', async () => {
    const registry = new LocalRegistry({ pool, folder, clock });
    const bundle = await smallBundle(1);
    for (let count = 0; count < 2; count++) await registry.register(NAME, bundle);
    const give = (version: number) =>
      registry.decide({ name: NAME, version, action: 'promote', alias: 'champion', reasons: ['a test'] });
    await give(1);
    await give(2);
    const aliases = async () => (await registry.list(NAME)).map(({ version, alias }) => ({ version, alias }));
    const carriedOut = [
      { version: 2, alias: 'champion' },
      { version: 1, alias: null },
    ];
    expect(await aliases()).toEqual(carriedOut);
    // As after a crash before the new holder has its alias, and before the old one has lost it.
    for (const undo of [
      "update models set alias = case when version = 1 then 'champion' end",
      "update models set alias = 'champion', alias_changed_at = now() + version * interval '1 second'",
    ]) {
      await database.pool.query(undo);
      await registry.sync();
      expect(await aliases()).toEqual(carriedOut);
      const { rows } = await database.pool.query('select version from models where alias is not null');
      expect(rows).toEqual([{ version: 2 }]);
    }
    expect((await registry.serving()).map(({ version }) => version)).toEqual([2]);
  });
});

describe('the scorer', () => {
  test('predicts each complete closed minute once, also after a crash between predictions and progress', async () => {
    const close = (from: number, to: number) => closeMinutes(database.pool, markets, from, to);
    const registry = new LocalRegistry({ pool, folder, clock });
    const bundle = await smallBundle(1);
    await close(0, 1);
    await registry.register(NAME, bundle);
    await registry.decide({ name: NAME, version: 1, action: 'promote', alias: 'champion', reasons: [] });
    const scorer = () =>
      new Scorer({
        ...{ pool, registry, algorithms: BASELINES, clock, onChange: () => () => {}, pollMs: 1000 },
        ...{ catchUpMinutes: 1440, expiryMs: 14 * 86_400_000, say: () => {} },
      });
    const one = scorer();
    for (const to of [2, 9, 40]) {
      await close(1, to);
      const before = (await database.pool.query('select * from scoring_progress')).rows;
      await one.pass();
      const made = await storedPredictions(database.pool);
      await database.pool.query('delete from scoring_progress');
      for (const row of before)
        await database.pool.query('insert into scoring_progress values ($1, $2, $3, $4, $5, $6, $7)', [
          ...[row.model, row.version, row.exchange, row.symbol],
          ...[row.starts_after, row.scored_through, row.updated_at],
        ]);
      await scorer().pass();
      expect(await storedPredictions(database.pool)).toEqual(made);
    }
    const expected = recomputed(markets, { name: NAME, version: 1 }, bundle, 1, 40);
    expect(expected.length).toBeGreaterThan(80);
    expect(byKey(await storedPredictions(database.pool))).toEqual(byKey(expected));
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}
