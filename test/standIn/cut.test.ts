import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { TERM_MS } from '../../engine/database/lease.ts';
import { parseAlerts } from '../../jobs/alerts/alertsFile.ts';
import { alertsJob } from '../../jobs/alerts/alertsJob.ts';
import { type Receiver, startReceiver } from '../../jobs/alerts/testing/receiver.ts';
import type { Bundle } from '../../jobs/registry/bundle.ts';
import { LocalRegistry } from '../../jobs/registry/localRegistry.ts';
import { BASELINES, smallBundle } from '../../jobs/registry/testing/bundles.ts';
import { type JobsDatabase, jobsDatabase } from '../../jobs/registry/testing/tables.ts';
import { JobRunner } from '../../jobs/schedule/runner.ts';
import { Scorer } from '../../jobs/scoring/scorer.ts';
import {
  byKey,
  closeMinutes,
  recomputed,
  START,
  storedPredictions,
  testMarkets,
} from '../../jobs/scoring/testing/market.ts';
import { seeded } from '../property/history.ts';
import { ManualClock } from '../support/manualClock.ts';
import { CheckedProxy } from './checkedProxy.ts';
import { letTablesDecide } from './standIn.ts';
import { LANDED, landEverything } from './writers.ts';

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6));
/** Statements of one kind of work that are cut in a run of this suite; which ones, the seed says. */
const CUTS = 6;
const NAME = 'return-5m';
const markets = testMarkets(2);
const signal = new AbortController().signal;

let database: JobsDatabase;
let proxy: CheckedProxy;
let folder: string;
let bundle: Bundle;
let landed: unknown;
/** Moves on by more than a term, so that what a dead process held is free. */
let now = START;

beforeAll(async () => {
  database = await jobsDatabase();
  await database.pool.query('create schema stand_in');
  const landing = new URL('../../sql/landing/', import.meta.url);
  for (const file of readdirSync(landing))
    await database.pool.query(
      readFileSync(new URL(file, landing), 'utf8')
        .replace(/^create table /m, 'create table if not exists ')
        .replace(/^\)[^;]*;/m, ');'),
    );
  // As PostgreSQL itself has it, before tables decide.
  await landEverything(database.url);
  landed = await readLanded();
  await letTablesDecide(database.pool);
  proxy = await CheckedProxy.open(database.url);
  folder = mkdtempSync(join(tmpdir(), 'tickwave-models-'));
  bundle = await smallBundle(1);
});

afterAll(async () => {
  await proxy?.close();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  const { rows } = await database.pool.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public'",
  );
  await database.pool.query(`truncate ${rows.map(({ name }) => name).join(', ')}`);
});

/** Work of a process of its own, and the clock it has. */
type Work = (pool: pg.Pool, clock: ManualClock) => Promise<unknown>;

/** Runs the work as a new process would; the connection breaks instead of the statement with this number. */
async function run(work: Work, cutAt = Number.POSITIVE_INFINITY): Promise<{ sent: number; failed: boolean }> {
  now += TERM_MS + 1;
  await proxy.barrier();
  const pool = new pg.Pool({ connectionString: proxy.url, max: 4 });
  pool.on('error', () => {});
  let sent = 0;
  proxy.breaksAt = () => ++sent === cutAt;
  try {
    await work(pool, new ManualClock(now));
    return { sent, failed: false };
  } catch {
    return { sent, failed: true };
  } finally {
    proxy.breaksAt = () => false;
    await pool.end();
  }
}

interface Cutting {
  readonly before?: () => Promise<unknown>;
  readonly work: Work;
  /** What must hold after the run that came next, whenever the one before was cut. */
  readonly holds: () => Promise<void>;
  /** What must hold as soon as it was cut. */
  readonly meanwhile?: () => Promise<void>;
}

/** Some numbers from 1 to the last, as far from each other, the same for a seed. */
function chosen(last: number): number[] {
  const step = Math.max(1, last / CUTS);
  const first = seeded(SEED)() * step;
  return Array.from({ length: Math.min(CUTS, last) }, (_, index) => 1 + Math.floor(first + index * step));
}

/** Cuts the connection at some statements of the work, one at a time, runs it again and looks at what is there. */
async function cutEverywhere({ before, work, holds, meanwhile }: Cutting): Promise<void> {
  await before?.();
  const { sent, failed } = await run(work);
  expect([failed, proxy.refused]).toEqual([false, []]);
  expect(sent).toBeGreaterThan(3);
  await holds();
  let cuts = 0;
  for (const at of chosen(sent)) {
    await before?.();
    if ((await run(work, at)).failed) cuts++;
    await meanwhile?.();
    expect((await run(work)).failed).toBe(false);
    await holds();
  }
  expect(proxy.refused).toEqual([]);
  expect(cuts).toBeGreaterThan(0);
}

const rowsOf = async (text: string): Promise<unknown[]> => (await database.pool.query(text)).rows;
const readLanded = () => Promise.all(LANDED.map((name) => rowsOf(`select * from ${name} order by 1, 2, 3`)));
const empty = (...tables: string[]) => database.pool.query(`truncate ${tables.join(', ')}`);

describe(`the connection breaks between two statements, and the next run makes up for it (SEED=${SEED}):`, () => {
  test('connectors', async () => {
    await cutEverywhere({
      before: () => empty(...LANDED),
      work: () => landEverything(proxy.url),
      holds: async () => expect(await readLanded()).toEqual(landed),
      // A position is not known before its rows are.
      meanwhile: async () => {
        const [position] = await rowsOf('select * from file_positions');
        const trades = await rowsOf('select * from trades');
        if (position !== undefined) expect(trades).toHaveLength(3);
      },
    });
  });

  test('who is champion', async () => {
    const registryOf: (pool: pg.Pool, clock: ManualClock) => LocalRegistry = (pool, clock) =>
      new LocalRegistry({ pool, folder, clock });
    await cutEverywhere({
      before: async () => {
        await empty('models', 'promotions', 'scoring_progress', 'leases');
        const registry = registryOf(database.pool, new ManualClock(now));
        for (let count = 0; count < 2; count++) await registry.register(NAME, bundle);
        await registry.decide({
          name: NAME,
          version: 1,
          action: 'promote',
          alias: 'champion',
          reasons: [],
        });
      },
      work: async (pool, clock) => {
        const registry = registryOf(pool, clock);
        await registry.sync();
        const [holder] = (await registry.list(NAME)).filter(({ alias }) => alias === 'champion');
        if (holder?.version !== 2)
          await registry.decide({
            name: NAME,
            version: 2,
            action: 'promote',
            alias: 'champion',
            reasons: [],
          });
      },
      holds: async () => {
        expect(await rowsOf('select version, alias from models order by version')).toEqual([
          { version: 1, alias: null },
          { version: 2, alias: 'champion' },
        ]);
        expect(await rowsOf('select decision, version from promotions order by decision')).toEqual([
          { decision: 1, version: 1 },
          { decision: 2, version: 2 },
        ]);
      },
    });
  });

  test('predictions', async () => {
    await closeMinutes(database.pool, markets, 0, 1);
    await run(async (pool, clock) => {
      const registry = new LocalRegistry({ pool, folder, clock });
      await registry.register(NAME, bundle);
      await registry.decide({ name: NAME, version: 1, action: 'promote', alias: 'champion', reasons: [] });
    });
    await closeMinutes(database.pool, markets, 1, 9);
    const began = await rowsOf('select * from scoring_progress');
    const expected = byKey(recomputed(markets, { name: NAME, version: 1 }, bundle, 1, 9));
    await cutEverywhere({
      before: async () => {
        await empty('predictions', 'scoring_progress');
        await database.pool.query(
          'insert into scoring_progress select (jsonb_populate_recordset(null::scoring_progress, $1::jsonb)).*',
          [JSON.stringify(began)],
        );
      },
      work: (pool, clock) =>
        new Scorer({
          ...{ pool, registry: new LocalRegistry({ pool, folder, clock }), algorithms: BASELINES, clock },
          ...{ onChange: () => () => {}, pollMs: 1000, catchUpMinutes: 1440, expiryMs: 14 * 86_400_000 },
          say: () => {},
        }).pass(),
      holds: async () => expect(byKey(await storedPredictions(database.pool))).toEqual(expected),
    });
  });

  test('runs of a job', async () => {
    await cutEverywhere({
      before: () => empty('job_runs', 'leases'),
      work: async (pool, clock) => {
        const runner = new JobRunner({ pool, clock, memory: () => 0 });
        const ended = await runner.run('train', 'hand', async () => 'It is done.', LIMITS, signal);
        if (ended.state !== 'done') throw new Error(ended.message);
      },
      holds: async () => {
        const runs = await rowsOf('select run, state, message from job_runs order by run desc');
        expect(runs[0]).toMatchObject({ state: 'done', message: 'It is done.' });
        expect(runs.map((run) => (run as { run: number }).run)).toEqual(
          runs.map((_, index) => runs.length - index),
        );
        // Of a process that died the next one knows.
        expect(await rowsOf("select run from job_runs where state = 'running'")).toEqual([]);
      },
    });
  });

  describe('alerts', () => {
    let receiver: Receiver;
    beforeAll(async () => {
      receiver = await startReceiver();
      await database.pool.query('create table measured (symbol varchar primary key, value double precision)');
    });
    afterAll(() => receiver?.stop());

    test('are told, and once unless the answer was lost', async () => {
      const alerts = parseAlerts(
        `destinations:
  - {name: desk, type: webhook, url: '${receiver.url}', secret: 0123456789abcdef, allow_private: true}
rules:
  - {name: slow, summary: It is slow., severity: critical, sql: 'select symbol, value from measured', above: 10}
`,
        {},
      );
      await cutEverywhere({
        before: async () => {
          await empty('alerts', 'alert_deliveries', 'leases', 'measured');
          await database.pool.query("insert into measured values ('BTC/USD', 11), ('ETH/USD', 9)");
          receiver.received.length = 0;
        },
        work: (pool, clock) => alertsJob({ pool, clock, alerts, disk: async () => null, say: () => {} })(),
        holds: async () => {
          expect(await rowsOf('select subject, episode, state, told from alerts')).toEqual([
            { subject: 'symbol=BTC/USD', episode: 1, state: 'firing', told: 'firing' },
          ]);
          const deliveries = await rowsOf('select event, destination, state, attempts from alert_deliveries');
          expect(deliveries).toEqual([{ event: 'firing', destination: 'desk', state: 'sent', attempts: 1 }]);
          expect([1, 2]).toContain(receiver.received.length);
        },
      });
    });
  });
});

const LIMITS = { timeMs: 60_000, memoryBytes: null };
