import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { loadCatalog } from '../../engine/catalog/catalog.ts';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { ManualClock } from '../../test/support/manualClock.ts';
import { openRegistry } from '../registry/openRegistry.ts';
import { BASELINES } from '../registry/testing/bundles.ts';
import { landMarket } from '../training/testing/landMarket.ts';
import { NotEnoughRows, TrainingRefused } from './errors.ts';
import type { TrainingOrder } from './process/messages.ts';
import { trainInProcess } from './process/train.ts';
import { type RetrainRequest, retrainRequest } from './request.ts';
import { type RetrainPlatform, retrain } from './retrain.ts';
import { trainingJob } from './trainAll.ts';

const NAME = 'return-5m';
const START = Date.UTC(2026, 0, 5);
const HOUR = 3_600_000;
const END = START + 26 * HOUR;

let database: TestDatabase;
let pool: pg.Pool;
let dataDir: string;
let platform: RetrainPlatform;

beforeAll(async () => {
  database = await testDatabase();
  dataDir = mkdtempSync(join(tmpdir(), 'tickwave-retrain-'));
  pool = new pg.Pool({ connectionString: database.url, max: 3 });
  const catalog = await loadCatalog('sql');
  const market = { seed: 1, startMs: START, endMs: END, markets: 2, signal: 1 };
  await landMarket({ url: database.url, catalog, ...market });
  const clock = new ManualClock(END);
  const registry = openRegistry(pool, { dataDir, mlflowUri: null }, clock);
  platform = {
    ...{ pool, registry, clock, dataDir },
    algorithms: { ...BASELINES, close: async () => {} },
    expiryMs: 100 * HOUR,
  };
});

afterAll(async () => {
  await pool?.end();
  await database?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

function request(changes: Partial<RetrainRequest> = {}): RetrainRequest {
  const { settings, ...standard } = retrainRequest(5, { leastRows: 300, because: 'A test wants it.' });
  return { ...standard, settings: { ...settings, algorithm: 'ridge' }, ...changes };
}

const told: string[] = [];
const control = {
  signal: new AbortController().signal,
  progress: (share: number, message: string) => void told.push(`${share.toFixed(2)} ${message}`),
};

async function inService(): Promise<readonly string[]> {
  return (await platform.registry.serving()).map(
    ({ version, alias, algorithm }) => `${version} ${alias} ${algorithm}`,
  );
}

test('the first model predicts as challenger, beside the baseline as champion', async () => {
  const { settings } = request();
  const { model, baseline, evaluation, rows } = await retrain(
    platform,
    request({ settings: { ...settings, tuning: { trials: 3, seconds: null, parallel: 1 } } }),
    control,
  );
  expect(await inService()).toEqual(['2 champion persistence', '1 challenger ridge']);
  expect(baseline?.version).toBe(2);
  expect(rows).toBeGreaterThan(400);
  expect(evaluation.folds).toHaveLength(5);
  // A day teaches no hour and no weekday.
  expect(model.featureNames).toContain('rsi_14');
  expect(model.featureNames.filter((name) => /hour|week/.test(name))).toEqual([]);
  const decisions = await platform.registry.history(NAME, 10);
  expect(decisions.map(({ version, action }) => `${version} ${action}`)).toEqual([
    '1 challenge',
    '2 promote',
  ]);
  expect(decisions[0]?.reasons).toEqual([
    'A test wants it.',
    expect.stringMatching(/^On \d+ rows that it had not seen its skill against no change was /),
  ]);
  expect(told[0]).toBe('0.00 reading');
  expect(told).toContainEqual('0.50 tuning, 3 of 3 sets of parameters');
  expect(told.at(-1)).toBe('0.97 registering');
});

test('the next takes the place of the challenger and refreshes the baseline, and old files are pruned', async () => {
  await retrain(platform, request({ keep: 1 }), control);
  expect(await inService()).toEqual(['4 champion persistence', '3 challenger ridge']);
  const files = (await platform.registry.list(NAME)).map(({ version, artifact }) => [
    version,
    artifact !== null,
  ]);
  // The champion before is kept for a rollback.
  expect(files).toEqual([
    [4, true],
    [3, true],
    [2, true],
    [1, false],
  ]);
});

test('a champion that was trained stays until it has expired', async () => {
  const reasons = ['It was better.'];
  await platform.registry.decide({ name: NAME, version: 3, action: 'promote', alias: 'champion', reasons });
  await retrain(platform, request(), control);
  expect(await inService()).toEqual(['3 champion ridge', '5 challenger ridge']);
  await retrain({ ...platform, expiryMs: 0 }, request(), control);
  expect(await inService()).toEqual(['7 champion persistence', '6 challenger ridge']);
});

test('the newest rows are taken when there are more than are allowed', async () => {
  const { rows, model } = await retrain(platform, request({ name: 'short', mostRows: 350 }), control);
  expect(rows).toBeGreaterThan(300);
  expect(rows).toBeLessThanOrEqual(350);
  expect(Date.parse(model.trainedTo)).toBeGreaterThan(END - HOUR);
});

test('too little history is refused with what to do, and nothing is registered', async () => {
  const asked = retrain(platform, request({ name: 'more', leastRows: 10_000 }), control);
  await expect(asked).rejects.toThrow(NotEnoughRows);
  await expect(asked).rejects.toThrow(/There are \d+ minutes .* 10000 are needed; .*tickwave backfill/);
  expect(await platform.registry.list('more')).toEqual([]);
});

describe('in a process of its own', () => {
  const order = (changes: Partial<RetrainRequest>): TrainingOrder => ({
    url: database.url,
    registry: { dataDir, mlflowUri: null },
    libraries: {
      named: { XGBOOST_LIBRARY: null, LIGHTGBM_LIBRARY: null },
      cacheFolder: join(dataDir, 'none'),
    },
    expiryMs: 100 * HOUR,
    request: request(changes),
  });

  test('the same is registered, and a model that cannot be trained leaves the others to go on', async () => {
    const { request: _request, ...rest } = order({});
    const job = trainingJob(rest, [
      request({ name: 'never', leastRows: 10_000 }),
      request({ name: 'apart' }),
    ]);
    const sentence = await job(control);
    expect(sentence).toMatch(/^never: There are \d+ minutes .* apart 1 \(ridge, \d+ rows\): /);
    const [apart] = (await platform.registry.list('apart')).filter(({ alias }) => alias === 'challenger');
    const { model: same } = await retrain(platform, request({ name: 'here' }), control);
    expect(apart?.datasetHash).toBe(same.datasetHash);
    expect(apart?.metrics).toEqual(same.metrics);
  });

  test('its errors come with code and remedy', async () => {
    const refused = trainInProcess(order({ name: 'more', leastRows: 10_000 }), control);
    await expect(refused).rejects.toThrow(TrainingRefused);
    await expect(refused).rejects.toMatchObject({ code: 'not-enough-rows' });
  });

  test('called off, it ends and registers nothing', async () => {
    const calledOff = new AbortController();
    const training = trainInProcess(order({ name: 'gone' }), {
      signal: calledOff.signal,
      progress: () => calledOff.abort(),
    });
    await expect(training).rejects.toMatchObject({ code: 'training-cancelled' });
    expect(await platform.registry.list('gone')).toEqual([]);
  });
});
