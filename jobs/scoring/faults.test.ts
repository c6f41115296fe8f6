import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { seeded } from '../../test/property/history.ts';
import { ManualClock } from '../../test/support/manualClock.ts';
import type { Bundle } from '../registry/bundle.ts';
import { LocalRegistry } from '../registry/localRegistry.ts';
import { BASELINES, smallBundle } from '../registry/testing/bundles.ts';
import { type JobsDatabase, jobsDatabase } from '../registry/testing/tables.ts';
import { Scorer } from './scorer.ts';
import { Died, faultyPool } from './testing/faultyPool.ts';
import { byKey, closeMinutes, recomputed, START, storedPredictions, testMarkets } from './testing/market.ts';

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const ROUNDS = Number(process.env.TEST_ROUNDS ?? 6);
const KILLS = Number(process.env.TEST_KILLS ?? 3);
const NAMES = ['return-5m', 'return-15m'];
const MINUTES = 60;

let database: JobsDatabase;
let bundles: readonly Bundle[];
let folder: string;
let registry: LocalRegistry;
const clock = new ManualClock(START);

beforeAll(async () => {
  database = await jobsDatabase();
  bundles = await Promise.all(
    NAMES.map((_, index) => smallBundle(index, { horizonMinutes: 5 + 10 * index })),
  );
});

afterAll(() => database?.drop());

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tickwave-models-'));
  await database.pool.query(
    'truncate models, promotions, scoring_progress, watermarks, features, candles_1m, predictions',
  );
  registry = new LocalRegistry({ pool: database.pool, folder, clock });
  for (const [index, name] of NAMES.entries()) {
    const bundle = bundles[index];
    if (bundle === undefined) throw new Error('no bundle');
    await registry.register(name, bundle);
    await registry.decide({ name, version: 1, action: 'promote', alias: 'champion', reasons: [] });
  }
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function scorer(pool = database.pool): Scorer {
  const limits = { catchUpMinutes: 1440, expiryMs: 14 * 86_400_000, pollMs: 1000 };
  const said = { onChange: () => () => {}, say: () => {} };
  return new Scorer({ pool, registry, algorithms: BASELINES, clock, ...limits, ...said });
}

const expected = (markets: ReturnType<typeof testMarkets>, minutes: number) =>
  byKey(
    bundles.flatMap((bundle, index) =>
      recomputed(markets, { name: NAMES[index] ?? '', version: 1 }, bundle, 0, minutes),
    ),
  );

/** What is stored equals a recomputation: nothing twice, nothing missing, nothing of a minute that is not over. */
async function verify(markets: ReturnType<typeof testMarkets>, minutes: number): Promise<void> {
  expect(byKey(await storedPredictions(database.pool))).toEqual(expected(markets, minutes));
}

test(`dies anywhere, twice at once, in the middle of catching up (SEED=${SEED})`, async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const random = seeded(SEED + round);
    const markets = testMarkets(4, SEED + round);
    await database.pool.query('truncate watermarks, features, candles_1m, predictions');
    await database.pool.query("update scoring_progress set scored_through = '2026-01-01'");
    let deaths = 0;
    for (let closed = 0; closed < MINUTES; ) {
      const next = Math.min(MINUTES, closed + 1 + Math.floor(random() ** 3 * 20));
      await closeMinutes(database.pool, markets, closed, next);
      closed = next;
      const passes = Array.from({ length: 1 + Math.floor(random() * 2) }, async () => {
        const moment = random() < 0.5 ? 'before' : 'after';
        const pool = faultyPool(database.pool, Math.floor(random() * 12), moment);
        await scorer(random() < 0.6 ? pool : database.pool)
          .pass()
          .catch((error: unknown) => {
            if (!(error instanceof Died)) throw error;
            deaths++;
          });
      });
      await Promise.all(passes);
    }
    await scorer().pass();
    await verify(markets, MINUTES);
    expect(deaths).toBeGreaterThan(0);
  }
});

test('the first row of a key stays, with its time', async () => {
  const markets = testMarkets(1);
  await closeMinutes(database.pool, markets, 0, 5);
  await scorer().pass();
  const first = (await database.pool.query('select * from predictions order by window_start, model')).rows;
  await database.pool.query("update scoring_progress set scored_through = '2026-01-01'");
  clock.sleep(1000);
  clock.wakeNext();
  const again = scorer();
  await again.pass();
  expect((await database.pool.query('select * from predictions order by window_start, model')).rows).toEqual(
    first,
  );
  expect(first.length).toBeGreaterThan(0);
  expect(again.status().predictions).toBe(0);
});

test(`kill -9, ${KILLS} times (SEED=${SEED})`, async () => {
  const random = seeded(SEED);
  const markets = testMarkets(20, SEED);
  const program = fileURLToPath(new URL('./testing/victim.ts', import.meta.url));
  const begin = async (): Promise<ChildProcess> => {
    const stdio = ['ignore', 'pipe', 'inherit'] as const;
    const child = spawn(process.execPath, ['--import', 'tsx', program, database.url, folder], {
      stdio: [...stdio],
    });
    if (child.stdout === null) throw new Error('no output');
    await once(child.stdout, 'data');
    return child;
  };
  let closed = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const child = await begin();
    const until = closed + 20 + Math.floor(random() * 40);
    const writing = (async () => {
      for (; closed < until; closed++) await closeMinutes(database.pool, markets, closed, closed + 1);
    })();
    // Anywhere in what it does: after so many rows of so many minutes.
    const rows = (await storedPredictions(database.pool)).length + Math.floor(random() * 400);
    for (let found = 0; found < rows && closed < until; )
      found =
        (await database.pool.query<{ n: number }>('select count(*)::int as n from predictions')).rows[0]?.n ??
        0;
    child.kill('SIGKILL');
    await Promise.all([once(child, 'close'), writing]);
  }
  await scorer().pass();
  await verify(markets, closed);
});
