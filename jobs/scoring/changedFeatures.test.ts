import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { standIn } from '../../test/standIn/standIn.ts';
import { ManualClock } from '../../test/support/manualClock.ts';
import { PersistenceAlgorithm } from '../models/baselines/persistence.ts';
import type { BundleDescription } from '../registry/bundle.ts';
import { LocalRegistry } from '../registry/localRegistry.ts';
import type { Alias } from '../registry/registeredModel.ts';
import { BASELINES, smallBundle } from '../registry/testing/bundles.ts';
import { type JobsDatabase, jobsDatabase } from '../registry/testing/tables.ts';
import { FeatureWatch } from '../service/featureWatch.ts';
import { Scorer } from './scorer.ts';
import { closeMinutes, START, testMarkets } from './testing/market.ts';

const NAME = 'return-5m';
const OLD = { f0: 'a', f1: 'b', f2: 'c', complete: 'd' };
const markets = testMarkets(2);

// The same on PostgreSQL, and where nothing is sent that RisingWave would not take and windows are read by other statements.
describe.each(['PostgreSQL', 'the stand-in for RisingWave'])('on %s', (engine) => {
  let database: JobsDatabase;
  let pool: pg.Pool;
  let folder: string;
  let registry: LocalRegistry;
  let clock: ManualClock;
  let spoken: string[];

  beforeAll(async () => {
    database = await jobsDatabase();
    pool = engine === 'PostgreSQL' ? database.pool : await standIn(database.url);
  });

  afterAll(async () => {
    if (pool !== database?.pool) await pool?.end();
    await database?.drop();
  });

  beforeEach(async () => {
    await database.pool.query(
      'truncate models, promotions, scoring_progress, watermarks, features, candles_1m, predictions, retraining_decisions, catalog_fingerprints, leases',
    );
    folder = mkdtempSync(join(tmpdir(), 'tickwave-models-'));
    clock = new ManualClock(START);
    spoken = [];
    registry = new LocalRegistry({ pool, folder, clock });
    await closeMinutes(database.pool, markets, 0, 1);
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** As the engine says it when another version has the names; null while they go over. */
  async function mean(columns: Readonly<Record<string, string>> | null): Promise<void> {
    const print = columns === null ? null : Object.values(columns).join('');
    await database.pool.query(
      "insert into catalog_fingerprints values ('features', $1, $2) on conflict (object) do update set fingerprint = excluded.fingerprint, columns = excluded.columns",
      [print, columns === null ? null : JSON.stringify(columns)],
    );
  }

  async function serve(alias: Alias, changed: Partial<BundleDescription> = {}): Promise<number> {
    const bundle = await smallBundle(1, { featureFingerprints: OLD, ...changed });
    const { version } = await registry.register(NAME, bundle);
    const action = alias === 'champion' ? 'promote' : 'challenge';
    await registry.decide({ name: NAME, version, action, alias, reasons: ['a test'] });
    return version;
  }

  function scorer(from: pg.Pool = pool): Scorer {
    return new Scorer({
      ...{ pool: from, registry, algorithms: BASELINES, clock, onChange: () => () => {}, pollMs: 1000 },
      ...{ catchUpMinutes: 1440, expiryMs: 1e11, say: (sentence) => spoken.push(sentence) },
    });
  }

  const watch = (): FeatureWatch =>
    new FeatureWatch({ pool, registry, clock, expiryMs: 1e11, say: (sentence) => spoken.push(sentence) });

  async function predicted(): Promise<readonly number[]> {
    const { rows } = await database.pool.query<{ version: number }>(
      'select distinct version from predictions order by 1',
    );
    return rows.map(({ version }) => version);
  }

  async function aliases(): Promise<readonly string[]> {
    return (await registry.serving()).map(({ version, alias }) => `${version} ${alias}`);
  }

  test('a model scores when its own features are as they were, whatever the others are', async () => {
    await mean(OLD);
    await serve('champion', { features: ['f0', 'f2'] });
    await mean({ ...OLD, f1: 'other' });
    await closeMinutes(database.pool, markets, 1, 20);
    await scorer().pass();
    expect(await predicted()).toEqual([1]);
  });

  test.each([
    ['a feature', { ...OLD, f1: 'other' }, 'f1'],
    ['which rows are complete', { ...OLD, complete: 'other' }, 'complete'],
  ])('it does not when %s changed, says so, and does again after a rollback', async (_, other, name) => {
    await mean(OLD);
    await serve('champion');
    const one = scorer();
    await one.pass();
    await mean(other);
    await closeMinutes(database.pool, markets, 1, 20);
    await one.pass();
    expect(await predicted()).toEqual([]);
    expect(one.status()).toMatchObject({ serving: [], refused: [{ version: 1, changed: [name] }] });
    expect(spoken).toEqual([expect.stringContaining(`Its features changed since it was trained: ${name}.`)]);
    await mean(OLD);
    await one.pass();
    expect(await predicted()).toEqual([1]);
  });

  test('nobody scores while names go over from one version to another', async () => {
    await mean(OLD);
    await serve('champion');
    await closeMinutes(database.pool, markets, 1, 20);
    await mean(null);
    const one = scorer();
    await one.pass();
    expect(await watch().look()).toBeNull();
    expect(await predicted()).toEqual([]);
    await mean(OLD);
    await one.pass();
    expect(await predicted()).toEqual([1]);
  });

  test('windows that were read from another version than the one that was asked about are not used', async () => {
    await mean(OLD);
    await serve('champion');
    await closeMinutes(database.pool, markets, 1, 20);
    let changes = 0;
    // The version changes after who is in service was asked, and before the windows are read.
    const late = new Proxy(pool, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        if (key !== 'query') return typeof value === 'function' ? value.bind(target) : value;
        return async (...given: [{ readonly text?: string }]) => {
          if (given[0].text?.includes('features.complete') && changes++ === 0)
            await mean({ ...OLD, f0: 'other' });
          return (target.query as (...sent: unknown[]) => unknown)(...given);
        };
      },
    });
    await scorer(late).pass();
    expect(changes).toBeGreaterThan(0);
    expect(await predicted()).toEqual([]);
    const { rows } = await database.pool.query('select 1 from scoring_progress where scored_through > $1', [
      new Date(START + 60_000).toISOString(),
    ]);
    expect(rows).toEqual([]);
    await mean(OLD);
    await scorer().pass();
    expect(await predicted()).toEqual([1]);
  });

  test('a model of before fingerprints were kept is taken to fit, and remembers what it predicts from', async () => {
    await mean(OLD);
    await serve('champion', { featureFingerprints: null });
    await closeMinutes(database.pool, markets, 1, 20);
    await scorer().pass();
    expect(await predicted()).toEqual([1]);
    await watch().look();
    expect((await registry.show(NAME, 1)).featureFingerprints).toEqual(OLD);
    await mean({ ...OLD, f1: 'other' });
    await watch().look();
    expect((await registry.show(NAME, 1)).changedFeatures).toEqual(['f1']);
  });

  test('the baseline stands in, a training is asked for once, and the champion comes back with its features', async () => {
    await mean(OLD);
    const baseline = await smallBundle(1, { algorithm: 'persistence' }, new PersistenceAlgorithm());
    await registry.register(NAME, baseline);
    expect([await serve('champion'), await serve('challenger')]).toEqual([2, 3]);
    const one = watch();
    expect(await one.look()).toMatchObject({ names: [] });
    await mean({ f0: 'a', f2: 'c', complete: 'd' });
    for (let time = 0; time < 2; time++) expect(await one.look()).toMatchObject({ names: [NAME] });
    expect(await aliases()).toEqual(['1 champion', '3 challenger']);
    const [last] = await registry.history(NAME, 1);
    expect(last).toMatchObject({
      action: 'promote',
      previousVersion: 2,
      evidence: { standsInFor: 2, changed: ['f1'] },
    });
    const { rows } = await database.pool.query(
      'select name, version, action, reasons from retraining_decisions',
    );
    expect(rows).toEqual([
      { name: NAME, version: 2, action: 'retrain', reasons: '["Its features changed: f1."]' },
    ]);
    // A column that is gone does not stop the baseline.
    await closeMinutes(database.pool, markets, 1, 20);
    await scorer().pass();
    expect(await predicted()).toEqual([1]);

    // One that was trained meanwhile: nothing is to be done any more.
    await serve('challenger', {
      features: ['f0', 'f2'],
      featureFingerprints: { f0: 'a', f2: 'c', complete: 'd' },
    });
    expect(await watch().look()).toMatchObject({ names: [] });
    expect(await aliases()).toEqual(['1 champion', '4 challenger']);
    expect(await registry.prune(NAME, 1)).toEqual([3]);

    await mean(OLD);
    expect(await watch().look()).toMatchObject({ names: [] });
    expect(await aliases()).toEqual(['2 champion', '4 challenger']);
    expect((await registry.list(NAME)).map(({ changedFeatures }) => changedFeatures)).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  test('a baseline that was chosen in its own right stays', async () => {
    await mean(OLD);
    const baseline = await smallBundle(1, { algorithm: 'persistence' }, new PersistenceAlgorithm());
    await serve('champion');
    await registry.register(NAME, baseline);
    await registry.decide({
      name: NAME,
      version: 2,
      action: 'promote',
      alias: 'champion',
      reasons: ['by hand'],
    });
    expect(await watch().look()).toMatchObject({ names: [] });
    expect(await aliases()).toEqual(['2 champion']);
  });
});
