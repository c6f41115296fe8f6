import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { systemClock } from '../../../engine/clock.ts';
import type { Bundle } from '../bundle.ts';
import { DamagedArtifact, NotPossible } from '../errors.ts';
import { smallBundle } from '../testing/bundles.ts';
import { describeWithMlflow } from '../testing/describeWithMlflow.ts';
import { type JobsDatabase, jobsDatabase } from '../testing/tables.ts';
import { MlflowClient } from './client.ts';
import { MlflowRegistry } from './registry.ts';

/** Names are never used twice, for MLflow keeps what tests leave. */
let count = 0;
let name: string;

describeWithMlflow('against a real MLflow', (server) => {
  let database: JobsDatabase;
  let bundle: Bundle;
  let registry: MlflowRegistry;
  let client: MlflowClient;

  beforeAll(async () => {
    [database, bundle] = await Promise.all([jobsDatabase(), smallBundle(1)]);
    registry = new MlflowRegistry({ pool: database.pool, uri: server().uri, clock: systemClock });
    client = new MlflowClient(server().uri, systemClock);
  });

  afterAll(async () => {
    await database?.drop();
  });

  beforeEach(() => {
    name = `return-${++count}`;
  });

  const aliases = async () =>
    Object.fromEntries((await client.model(name)).aliases.map(({ alias, version }) => [alias, version]));
  const decide = (version: number, alias: 'champion' | 'challenger' | null) =>
    registry.decide({
      name,
      version,
      action: alias === 'champion' ? 'promote' : 'challenge',
      alias,
      reasons: ['a test'],
    });

  test('a bundle comes back as it was, and both sides know the version', async () => {
    const model = await registry.register(name, bundle);
    expect(model).toMatchObject({ name, version: 1, alias: null, metrics: bundle.description.metrics });
    expect(await registry.load(model)).toEqual(bundle);
    expect((await registry.register(name, bundle)).version).toBe(2);
    const there = await client.versions(name);
    expect(there.map(({ version }) => version).sort()).toEqual([1, 2]);
    expect(there.map(({ source }) => source)).toContain(model.artifact);
    const query = new URLSearchParams({ run_id: model.artifact?.split('/').at(-3) ?? '' });
    const run = (await (await fetch(`${server().uri}/api/2.0/mlflow/runs/get?${query}`)).json()) as {
      run: {
        info: { status: string };
        data: { metrics: { key: string; value: number }[]; params: { key: string; value: string }[] };
      };
    };
    expect(run.run.info.status).toBe('FINISHED');
    expect(run.run.data.metrics).toContainEqual(expect.objectContaining({ key: 'skill', value: 0.05 }));
    expect(run.run.data.params).toContainEqual({ key: 'datasetHash', value: 'd'.repeat(64) });
  });

  test('aliases are the same on both sides, through promotion and retirement', async () => {
    await registry.register(name, bundle);
    await registry.register(name, bundle);
    await decide(1, 'champion');
    await decide(2, 'challenger');
    expect(await aliases()).toEqual({ champion: 1, challenger: 2 });
    await decide(2, 'champion');
    expect(await aliases()).toEqual({ champion: 2 });
    expect((await registry.show(name, 'champion')).version).toBe(2);
    expect(await registry.sync()).toEqual([]);
    await registry.decide({ name, version: 2, action: 'retire', alias: null, reasons: [] });
    expect(await aliases()).toEqual({});
    expect((await registry.history(name, 9)).map(({ action }) => action)).toEqual([
      'retire',
      'promote',
      'challenge',
      'promote',
    ]);
  });

  test('what is changed in MLflow is taken over, with its reason', async () => {
    await registry.register(name, bundle);
    await registry.register(name, bundle);
    await decide(1, 'champion');
    await client.setAlias(name, 'champion', 2);
    await client.setAlias(name, 'challenger', 1);
    expect(await registry.sync()).toHaveLength(2);
    expect((await registry.show(name, 'champion')).version).toBe(2);
    expect((await registry.show(name, 'challenger')).version).toBe(1);
    await client.setAlias(name, 'challenger', 2);
    await registry.sync();
    expect((await registry.list(name)).map(({ alias }) => alias)).toEqual(['champion', null]);
    expect(await registry.sync()).toEqual([]);
    expect((await registry.history(name, 1))[0]?.reasons).toEqual(['It was changed in MLflow.']);
  });

  test('a version whose row was lost in a crash is taken over', async () => {
    const model = await registry.register(name, bundle);
    await database.pool.query('delete from models where name = $1', [name]);
    expect(await registry.sync()).toEqual([`${name} 1 is taken over from MLflow.`]);
    const again = await registry.show(name, 1);
    expect({ ...again, createdAt: '' }).toEqual({ ...model, createdAt: '' });
    expect(await registry.load(again)).toEqual(bundle);
  });

  test('files that were changed or deleted in MLflow are noticed', async () => {
    const model = await registry.register(name, bundle);
    const path = model.artifact?.replace('mlflow-artifacts:/', '') ?? '';
    await client.http.putFile(`${path}/return.model`, new Uint8Array([1]));
    await expect(registry.load(model)).rejects.toThrow('return.model is not what was stored');
    await client.http.deleteFiles(`${path}/return.model`);
    await expect(registry.load(model)).rejects.toThrow(DamagedArtifact);
  });

  test('pruning deletes versions and files there, and keeps rows here', async () => {
    for (let version = 1; version <= 4; version++) await registry.register(name, bundle);
    await decide(1, 'champion');
    expect(await registry.prune(name, 1)).toEqual([3, 2]);
    expect((await client.versions(name)).map(({ version }) => version).sort()).toEqual([1, 4]);
    expect((await registry.list(name)).map(({ artifact }) => artifact !== null)).toEqual([
      true,
      false,
      false,
      true,
    ]);
    await expect(registry.load(await registry.show(name, 2))).rejects.toThrow(NotPossible);
    expect(await registry.sync()).toEqual([]);
    expect((await registry.register(name, bundle)).version).toBe(5);
  });

  test('a name that is kept in a folder is refused', async () => {
    await database.pool.query(
      "insert into models select $1, 3, null, algorithm, horizon_minutes, parameters, metrics, feature_names, dataset_hash, sql_hash, 'x/3', artifact_hash, trained_from, trained_to, created_at, null from models limit 1",
      [name],
    );
    await expect(registry.register(name, bundle)).rejects.toThrow(
      `${name} has versions in a folder, such as 3`,
    );
  });
});
