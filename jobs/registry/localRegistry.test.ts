import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { appendFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ManualClock } from '../../test/support/manualClock.ts';
import type { Bundle } from './bundle.ts';
import { BadBundle, BadModelName, DamagedArtifact, NotPossible, UnknownModel } from './errors.ts';
import { loadBundle } from './loadedBundle.ts';
import { LocalRegistry } from './localRegistry.ts';
import { expiryOf } from './registeredModel.ts';
import { championBefore } from './registry.ts';
import { BASELINES, smallBundle } from './testing/bundles.ts';
import { type JobsDatabase, jobsDatabase } from './testing/tables.ts';

const NOON = Date.UTC(2026, 0, 2, 12);
const NAME = 'return-5m';

let database: JobsDatabase;
let bundle: Bundle;
let folder: string;
let registry: LocalRegistry;
const clock = new ManualClock(NOON);

beforeAll(async () => {
  database = await jobsDatabase();
  bundle = await smallBundle(1);
});

afterAll(() => database?.drop());

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tickwave-models-'));
  await database.pool.query('truncate models, promotions, scoring_progress, watermarks');
  registry = new LocalRegistry({ pool: database.pool, folder, clock });
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function register(count: number): Promise<void> {
  for (let done = 0; done < count; done++) await registry.register(NAME, bundle);
}

const promote = (version: number) =>
  registry.decide({ name: NAME, version, action: 'promote', alias: 'champion', reasons: ['it is better'] });

test('a bundle comes back as it was, and its models predict the same', async () => {
  const model = await registry.register(NAME, bundle);
  expect(model).toMatchObject({ name: NAME, version: 1, alias: null, algorithm: 'ridge', horizonMinutes: 5 });
  expect(model.metrics).toEqual({ skill: 0.05, mae: 0.0004, brier: null });
  expect(model.createdAt).toBe('2026-01-02T12:00:00.000Z');
  const back = await registry.load(model);
  expect(back.description).toEqual(bundle.description);
  expect(back.attachments).toEqual(bundle.attachments);
  const row = { features: ['f0', 'f1', 'f2'], rows: 1, values: new Float32Array([1, 0, Number.NaN]) };
  const [before, after] = [bundle, back].map((one) => loadBundle(one, BASELINES).models.return.predict(row));
  expect(after?.values).toEqual(before?.values);
  expect(before?.values[0]).toBeGreaterThan(0);
});

test('versions count up, also when many register at once', async () => {
  await Promise.all(Array.from({ length: 4 }, () => registry.register(NAME, bundle)));
  await registry.register('up-1h', bundle);
  expect((await registry.list(NAME)).map(({ version }) => version)).toEqual([4, 3, 2, 1]);
  expect((await registry.list(null)).map(({ name }) => name)).toEqual([NAME, NAME, NAME, NAME, 'up-1h']);
  for (const model of await registry.list(null)) await registry.load(model);
});

describe('what is stored is checked:', () => {
  test.each(['return.model', 'evaluation.json', 'bundle.json'])('a changed %s', async (file) => {
    const model = await registry.register(NAME, bundle);
    await appendFile(join(folder, NAME, '1', file), ' ');
    await expect(registry.load(model)).rejects.toThrow(`${file} is not what was stored`);
  });

  test('a missing file', async () => {
    const model = await registry.register(NAME, bundle);
    await rm(join(folder, NAME, '1', 'direction.model'));
    await expect(registry.load(model)).rejects.toThrow(DamagedArtifact);
  });

  test('a list of files that was swapped for another', async () => {
    await registry.register(NAME, bundle);
    const model = await registry.register(NAME, await smallBundle(2));
    await rm(join(folder, NAME, '2'), { recursive: true });
    await mkdir(join(folder, NAME, '2'));
    for (const file of await readdir(join(folder, NAME, '1')))
      await writeFile(join(folder, NAME, '2', file), readFileSync(join(folder, NAME, '1', file)));
    await expect(registry.load(model)).rejects.toThrow('bundle.json is not what was stored');
  });
});

test('a crash between files and row leaves nothing to be seen, and the version is written over', async () => {
  await mkdir(join(folder, NAME, '1'), { recursive: true });
  await writeFile(join(folder, NAME, '1', 'half'), 'a model');
  await mkdir(join(folder, NAME, `.writing-${NAME}-1`));
  expect(await registry.list(NAME)).toEqual([]);
  const model = await registry.register(NAME, bundle);
  await registry.load(model);
  expect(await readdir(join(folder, NAME))).toEqual(['1']);
  expect(await readdir(join(folder, NAME, '1'))).not.toContain('half');
});

test('files that cannot be written leave no row', async () => {
  await writeFile(join(folder, NAME), 'a file where the folder should be');
  await expect(registry.register(NAME, bundle)).rejects.toThrow(/ENOTDIR|EEXIST/);
  expect(await registry.list(NAME)).toEqual([]);
});

test('refuses names and bundles that it could not give back', async () => {
  await expect(registry.register('../up', bundle)).rejects.toThrow(BadModelName);
  const bad = { ...bundle, description: { ...bundle.description, datasetHash: 'short' } };
  await expect(registry.register(NAME, bad)).rejects.toThrow(BadBundle);
  const crossed = { ...bundle, description: { ...bundle.description, quantiles: [0.9, 0.1] as const } };
  await expect(registry.register(NAME, crossed)).rejects.toThrow("The bundle's quantiles are 0.9 and 0.1");
  await registry.register(NAME, bundle);
  const further = { ...bundle, description: { ...bundle.description, horizonMinutes: 15 } };
  await expect(registry.register(NAME, further)).rejects.toThrow(
    'return-5m looks 5 minutes ahead and this bundle 15',
  );
  const taken = { ...bundle, attachments: new Map([['return.model', new Uint8Array(1)]]) };
  await expect(registry.register(NAME, taken)).rejects.toThrow('An attachment is named return.model');
});

test('one champion and one challenger a name, each change written down', async () => {
  await register(3);
  const challenge = {
    name: NAME,
    action: 'challenge',
    alias: 'challenger',
    reasons: ['just trained'],
  } as const;
  await registry.decide({ ...challenge, version: 1 });
  await promote(1);
  await registry.decide({ ...challenge, version: 2 });
  await registry.decide({ ...challenge, version: 3 });
  expect((await registry.serving()).map(({ version, alias }) => [version, alias])).toEqual([
    [1, 'champion'],
    [3, 'challenger'],
  ]);
  await promote(3);
  expect((await registry.serving()).map(({ version, alias }) => [version, alias])).toEqual([[3, 'champion']]);
  const history = await registry.history(NAME, 10);
  expect(
    history.map(({ decision, version, action, previousVersion }) => [
      decision,
      version,
      action,
      previousVersion,
    ]),
  ).toEqual([
    [5, 3, 'promote', 1],
    [4, 3, 'challenge', 2],
    [3, 2, 'challenge', null],
    [2, 1, 'promote', null],
    [1, 1, 'challenge', null],
  ]);
  expect(history[0]).toMatchObject({
    reasons: ['it is better'],
    evidence: {},
    decidedAt: '2026-01-02T12:00:00.000Z',
  });
  expect((await registry.show(NAME, 'champion')).version).toBe(3);
  await expect(registry.show(NAME, 'challenger')).rejects.toThrow(UnknownModel);
  await expect(registry.show(NAME, 9)).rejects.toThrow('it has the versions 3 (champion), 2, 1.');
});

test('a refusal is written down and changes nothing', async () => {
  await register(2);
  await promote(1);
  const evidence = { pValue: 0.4 };
  await registry.decide({
    name: NAME,
    version: 2,
    action: 'refuse',
    alias: 'champion',
    reasons: ['no better'],
    evidence,
  });
  expect((await registry.show(NAME, 'champion')).version).toBe(1);
  expect((await registry.history(NAME, 1))[0]).toMatchObject({
    action: 'refuse',
    version: 2,
    alias: null,
    evidence,
  });
});

test('a version that comes into service begins at event time, and goes on where it was as champion', async () => {
  await register(1);
  const closed = (time: string) =>
    database.pool.query(
      "insert into watermarks values ('kraken', 'BTC/USD', $1, $1) on conflict (exchange, symbol) do update set closed_before = $1",
      [time],
    );
  const progress = async () =>
    (await database.pool.query<{ at: Date }>('select scored_through as at from scoring_progress')).rows.map(
      ({ at }) => at.toISOString(),
    );
  await closed('2026-01-02T11:59:55Z');
  await registry.decide({ name: NAME, version: 1, action: 'challenge', alias: 'challenger', reasons: [] });
  expect(await progress()).toEqual(['2026-01-02T11:59:00.000Z']);
  await closed('2026-01-02T13:00:10Z');
  await promote(1);
  expect(await progress()).toEqual(['2026-01-02T11:59:00.000Z']);
  await registry.decide({ name: NAME, version: 1, action: 'retire', alias: null, reasons: [] });
  await promote(1);
  expect(await progress()).toEqual(['2026-01-02T13:00:00.000Z']);
});

test('pruning keeps the newest, what serves and what a rollback needs; rows and version numbers stay', async () => {
  await register(6);
  await promote(1);
  await promote(2);
  await mkdir(join(folder, NAME, '77'));
  expect(await registry.prune(NAME, 2)).toEqual([4, 3]);
  expect((await readdir(join(folder, NAME))).sort()).toEqual(['1', '2', '5', '6']);
  const models = await registry.list(NAME);
  expect(models.map(({ version, artifact }) => [version, artifact !== null])).toEqual([
    [6, true],
    [5, true],
    [4, false],
    [3, false],
    [2, true],
    [1, true],
  ]);
  await expect(registry.load(await registry.show(NAME, 3))).rejects.toThrow(NotPossible);
  await expect(promote(3)).rejects.toThrow('The files of return-5m 3 were pruned');
  expect(championBefore(await registry.history(NAME, 100), models)).toBe(1);
  expect((await registry.register(NAME, bundle)).version).toBe(7);
});

test('the champion before: not the one that was rolled back from', async () => {
  await register(3);
  for (const version of [1, 2, 3]) await promote(version);
  const before = async () => championBefore(await registry.history(NAME, 100), await registry.list(NAME));
  expect(await before()).toBe(2);
  await registry.decide({ name: NAME, version: 2, action: 'rollback', alias: 'champion', reasons: [] });
  expect(await before()).toBe(1);
});

test('expires by the age of its training data', async () => {
  const model = await registry.register(NAME, bundle);
  expect(new Date(expiryOf(model, 3_600_000)).toISOString()).toBe('2026-01-01T13:00:00.000Z');
});

test('the hash in the table is that of bundle.json', async () => {
  const model = await registry.register(NAME, bundle);
  const bytes = readFileSync(join(folder, NAME, '1', 'bundle.json'));
  expect(model.artifactHash).toBe(createHash('sha256').update(bytes).digest('hex'));
});
