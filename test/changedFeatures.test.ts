import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { buildCatalog, type Catalog } from '../engine/catalog/catalog.ts';
import { Engine } from '../engine/engine.ts';
import { addDeployment, findDeployment, setState, want } from '../engine/postgres/versions/deployments.ts';
import { filesOf } from '../engine/versions/files.ts';
import { fingerprints } from '../engine/versions/fingerprint.ts';
import { planChanges } from '../engine/versions/plan.ts';
import { STANDARD_MONITORING } from '../jobs/monitoring/settings.ts';
import { LocalRegistry } from '../jobs/registry/localRegistry.ts';
import { BASELINES } from '../jobs/registry/testing/bundles.ts';
import { type RetrainRequest, retrainRequest } from '../jobs/retraining/request.ts';
import { retrain } from '../jobs/retraining/retrain.ts';
import { JobRunner } from '../jobs/schedule/runner.ts';
import { parseSchedule } from '../jobs/schedule/schedule.ts';
import { featuresHash } from '../jobs/scoring/explanation.ts';
import { ModelService } from '../jobs/service/service.ts';
import { type TestDatabase, testDatabase } from './support/database.ts';
import { ScaledClock } from './support/scaledClock.ts';

const NAME = 'return-5m';
const START = Date.UTC(2026, 0, 2);
const MINUTE = 60_000;
const HISTORY = 600;
const BY = { owner: 'ann', host: 'desk', pid: 1 };

const LANDING = `models promotions scoring_progress predictions job_runs retraining_decisions trades drift_checks drift_counts drift_references`;
const SQL: Readonly<Record<string, string>> = {
  'landing/ticks': `-- Prices: one row per exchange, symbol and minute.
create table ticks (exchange varchar, symbol varchar, minute timestamptz, price numeric, primary key (exchange, symbol, minute));`,
  'candles/candles_1m': `-- Candles: one row per exchange, symbol and minute.
-- grain: exchange, symbol, window_start
-- time: window_start
create materialized view candles_1m as
select exchange, symbol, minute as window_start, price as close from ticks;`,
  'features/labels': `-- What came: one row per exchange, symbol, minute and horizon.
-- grain: exchange, symbol, window_start, horizon_minutes
-- time: window_start
create materialized view labels as
select now.exchange, now.symbol, now.window_start, 5 as horizon_minutes, ln(later.close / now.close)::double precision as forward_return
from candles_1m as now
join candles_1m as later on later.exchange = now.exchange and later.symbol = now.symbol and later.window_start = now.window_start + interval '5 minutes';`,
  'features/training_set': `-- Features and what came: one row per exchange, symbol, minute and horizon.
-- grain: exchange, symbol, window_start, horizon_minutes
create view training_set as
select features.exchange, features.symbol, features.window_start, candles_1m.close, labels.horizon_minutes, features.f0, features.f1, labels.forward_return
from features
join candles_1m on candles_1m.exchange = features.exchange and candles_1m.symbol = features.symbol and candles_1m.window_start = features.window_start
join labels on labels.exchange = features.exchange and labels.symbol = features.symbol and labels.window_start = features.window_start
where features.complete;`,
  'monitoring/watermarks': `-- How far: one row per exchange and symbol.
-- grain: exchange, symbol
create materialized view watermarks as
select exchange, symbol, max(minute) as event_time, max(minute) as closed_before from ticks group by exchange, symbol;`,
  'monitoring/prediction_errors': `-- Errors: one row per prediction.
-- grain: exchange, symbol, window_start, horizon_minutes, model, version
create view prediction_errors as
select exchange, symbol, window_start, horizon_minutes, model, version, predicted_return, 0::double precision as realised_return from predictions;`,
};

/** sql/ in which the second feature is the price times `factor`. */
function catalogOf(factor: number): Catalog {
  const landing = LANDING.split(' ').map((name): [string, string] => [
    `landing/${name}.sql`,
    readFileSync(new URL(`../sql/landing/${name}.sql`, import.meta.url), 'utf8'),
  ]);
  const features = `-- Features: one row per exchange, symbol and minute.
-- grain: exchange, symbol, window_start
-- time: window_start
create materialized view features as
select exchange, symbol, window_start, close::double precision as f0, close::double precision * ${factor} as f1, true as complete from candles_1m;`;
  const own = Object.entries(SQL).map(([path, text]): [string, string] => [`${path}.sql`, text]);
  return buildCatalog(new Map([...landing, ...own, ['features/features.sql', features]]));
}

const price = (n: number): string => (100 + Math.round(300 * Math.sin(n * 1.7)) / 100).toFixed(2);

let database: TestDatabase;
let pool: pg.Pool;
let engine: Engine;
let folder: string;

beforeAll(async () => {
  database = await testDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 10 });
  pool.on('error', () => {});
  folder = mkdtempSync(join(tmpdir(), 'tickwave-changed-'));
  engine = await Engine.open({ url: database.url, catalog: catalogOf(2) });
  await land(0, HISTORY);
  await engine.refresh();
  await engine.start();
});

afterAll(async () => {
  await engine?.stop();
  await pool?.end();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

async function land(from: number, to: number): Promise<void> {
  const numbers = Array.from({ length: to - from }, (_, index) => from + index);
  await pool.query(
    "insert into ticks select 'kraken', 'A/USD', unnest($1::timestamptz[]), unnest($2::numeric[])",
    [numbers.map((n) => new Date(START + n * MINUTE).toISOString()), numbers.map(price)],
  );
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (;;) {
    if (await holds()) return;
    const lost = engine.status().lastError;
    if (lost) throw new Error(`while waiting until ${what}: ${lost}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function step(id: number, wanted: 'promote' | 'rollback', state: string): Promise<void> {
  await want(pool as unknown as pg.Client, id, wanted, 'test');
  await until(state, async () => (await findDeployment(pool as unknown as pg.Client, id))?.state === state);
}

test('no model ever predicts from features that it was not trained on, through promote and rollback', async () => {
  const clock = new ScaledClock(START + 30 * 86_400_000, 20);
  const registry = new LocalRegistry({ pool, folder, clock });
  const { settings, ...standard } = retrainRequest(5, { name: NAME, leastRows: 100 });
  const request: RetrainRequest = { ...standard, settings: { ...settings, algorithm: 'ridge' } };
  const algorithms = { ...BASELINES, close: async () => {} };
  const platform = { pool, registry, algorithms, clock, dataDir: folder, expiryMs: 1e11 };
  const control = { signal: new AbortController().signal, progress: () => {} };
  // The baseline, a champion and a challenger.
  await retrain(platform, request, control);
  await registry.decide({ name: NAME, version: 1, action: 'promote', alias: 'champion', reasons: [] });
  await retrain(platform, request, control);
  const service = async (): Promise<string> =>
    (await registry.serving()).map(({ version, algorithm }) => `${version} ${algorithm}`).join(', ');
  expect(await service()).toBe('1 ridge, 3 ridge');

  const ended = new AbortController();
  const spoken: string[] = [];
  const models = new ModelService({
    ...{ pool, registry, algorithms, clock, pollMs: 1000, catchUpMinutes: 1440, expiryMs: 1e11 },
    onChange: () => () => {},
    say: (sentence) => spoken.push(sentence),
    rules: { confidence: 0.95, leastWindows: 1e9, seed: 1 },
    monitoring: STANDARD_MONITORING,
    alerts: null,
    membership: null,
    training: {
      schedule: parseSchedule('30d') as NonNullable<ReturnType<typeof parseSchedule>>,
      ready: async () => false,
      job: async () => '',
      early: () => async (by) => `${(await retrain(platform, request, by)).model.version} is trained`,
      limits: { timeMs: 1e11, memoryBytes: null },
      runner: new JobRunner({ pool, clock, memory: () => 0 }),
    },
  });
  let landed = HISTORY;
  const writing = (async () => {
    for (; !ended.signal.aborted; landed++) {
      await land(landed, landed + 1);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  const working = models.run(ended.signal);
  /** Whether a version has predicted a minute that came after so many. */
  const predicts = async (version: number, after = landed): Promise<boolean> => {
    const sql = 'select 1 from predictions where version = $1 and window_start >= $2 limit 1';
    return (await pool.query(sql, [version, new Date(START + after * MINUTE).toISOString()])).rows.length > 0;
  };
  const changed = async (version: number) => (await registry.show(NAME, version)).changedFeatures;
  try {
    const before = landed;
    await until('both predict', async () => (await predicts(1, before)) && (await predicts(3, before)));

    const plan = planChanges({ before: catalogOf(2), after: catalogOf(3) });
    const files = { old: filesOf(catalogOf(2)), new: filesOf(catalogOf(3)) };
    const id = await addDeployment(pool as unknown as pg.Client, BY, plan, files);
    await until(
      'built',
      async () => (await findDeployment(pool as unknown as pg.Client, id))?.state === 'built',
    );
    await setState(pool as unknown as pg.Client, id, 'audited', 'test');
    await step(id, 'promote', 'promoted');
    await until('a model is trained anew', async () => /^(2|5) persistence, 4 ridge$/.test(await service()));
    expect([await changed(1), await changed(3), await changed(4)]).toEqual([['f1'], ['f1'], null]);
    const promoted = landed;
    const [standIn] = await registry.serving();
    await until('the new one predicts, and who stands in', async () => {
      return (await predicts(4, promoted)) && predicts(standIn?.version ?? 0, promoted);
    });
    expect(await predicts(1, promoted)).toBe(false);

    await step(id, 'rollback', 'rolled_back');
    await until('the champion is back, with a challenger that fits', async () =>
      /^1 ridge, (5|6) ridge$/.test(await service()),
    );
    const back = landed;
    await until('it predicts again', () => predicts(1, back));
    expect([await changed(1), await changed(4)]).toEqual([null, ['f1']]);
  } finally {
    ended.abort();
    await Promise.all([writing, working]);
  }

  // Every prediction was made from what its version learned on.
  const meant = [2, 3].map((factor) =>
    fingerprints(catalogOf(factor), 'postgres').get('features')?.columns.get('f1'),
  );
  const factors = new Map(
    (await registry.list(NAME)).flatMap(({ version, algorithm, featureFingerprints }) =>
      algorithm === 'ridge' ? [[version, 2 + meant.indexOf(featureFingerprints?.f1)] as const] : [],
    ),
  );
  expect([factors.get(1), factors.get(3), factors.get(4)]).toEqual([2, 2, 3]);
  const { rows } = await pool.query<{ version: number; n: number; features_hash: string }>(
    `select version, (extract(epoch from window_start) * 1000 - $1::float8)::float8 / 60000 as n, features_hash from predictions`,
    [START],
  );
  const foreign = rows.filter(({ version, n, features_hash }) => {
    const factor = factors.get(version);
    const value = Number(price(n));
    return factor !== undefined && featuresHash(Float32Array.of(value, value * factor)) !== features_hash;
  });
  expect(foreign).toEqual([]);
  expect(rows.filter(({ version }) => factors.has(version)).length).toBeGreaterThan(10);
  expect(spoken.filter((sentence) => sentence.includes('does not predict'))).not.toEqual([]);
  const { rows: decided } = await pool.query(
    'select action, reasons from retraining_decisions order by decision',
  );
  expect(decided[0]).toEqual({ action: 'retrain', reasons: '["Its features changed: f1."]' });
});
