import { randomBytes } from 'node:crypto';
import { Client } from '@elastic/elasticsearch';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { loadCatalog } from '../../engine/catalog/catalog.ts';
import { systemClock } from '../../engine/clock.ts';
import { RISINGWAVE } from '../../engine/profile.ts';
import { connect } from '../../engine/risingwave/connection.ts';
import { RisingwaveEngine } from '../../engine/risingwave/engine.ts';
import { Indexer } from '../../jobs/indexing/indexer.ts';
import { MlflowRegistry } from '../../jobs/registry/mlflow/registry.ts';
import { smallBundle } from '../../jobs/registry/testing/bundles.ts';
import { emptyIndex, expectIndexed } from '../elasticsearch/rig.ts';
import type { Cluster, EmptyDatabase } from './cluster.ts';
import { load } from './load.ts';
import { otherRows } from './recording.ts';

/** Longer than the recorded rows are old. */
const RETENTION_DAYS = 36_500;

/** Addresses of what stands beside, asked for when the tests run; null where it is not there. */
export interface Beside {
  readonly elasticsearch: (() => string) | null;
  readonly mlflow: (() => string) | null;
}

/** Elasticsearch and MLflow while the data is on RisingWave: as far as they are there. */
export function servicesSuite(open: () => Cluster, beside: Beside, seed: number, within: number): void {
  const { elasticsearch, mlflow } = beside;
  if (elasticsearch === null && mlflow === null) return;

  describe('beside other services', () => {
    let database: EmptyDatabase;
    let engine: RisingwaveEngine;
    let pool: pg.Pool;

    beforeAll(async () => {
      const catalog = await loadCatalog('sql');
      database = await open().empty();
      engine = await RisingwaveEngine.open({ url: database.url, catalog, environment: {} });
      pool = new pg.Pool({ connectionString: database.url, max: 4 });
      pool.on('error', () => {}); // The query that was running rejects.
      const client = await connect(database.url, 'tickwave services');
      await load(client, RISINGWAVE, catalog, otherRows(seed), () => 500);
      await client.end();
      await engine.refresh();
    }, within);

    afterAll(async () => {
      await pool?.end();
      await engine?.stop();
      await database?.drop();
    }, within);

    if (elasticsearch !== null)
      test(
        'the monitoring index in Elasticsearch equals the tables',
        async () => {
          const url = elasticsearch();
          const client = new Client({ node: url });
          const indexer = new Indexer({
            pool,
            client,
            url,
            clock: systemClock,
            retentionDays: RETENTION_DAYS,
          });
          try {
            await emptyIndex(client);
            const counts = await indexer.pass(new AbortController().signal);
            expect(counts).toMatchObject({ deleted: 0, rejected: 0 });
            expect(counts?.written).toBeGreaterThan(0);
            await expectIndexed(pool, client, 0);
          } finally {
            await indexer.close();
            await client.close();
          }
        },
        within,
      );

    if (mlflow !== null)
      test(
        'models are registered, decided about and loaded with MLflow',
        async () => {
          const registry = new MlflowRegistry({ pool, uri: mlflow(), clock: systemClock });
          const bundle = await smallBundle(1);
          const name = `parity-${randomBytes(4).toString('hex')}`;
          const model = await registry.register(name, bundle);
          expect((await registry.register(name, bundle)).version).toBe(2);
          expect(await registry.load(model)).toEqual(bundle);
          const promoted = { name, action: 'promote', alias: 'champion', reasons: ['a test'] } as const;
          await registry.decide({ ...promoted, version: 1 });
          await registry.decide({ ...promoted, version: 2 });
          expect((await registry.show(name, 'champion')).version).toBe(2);
          expect((await registry.list(name)).map(({ alias }) => alias).sort()).toEqual(['champion', null]);
          expect(await registry.sync()).toEqual([]);
        },
        within,
      );
  });
}
