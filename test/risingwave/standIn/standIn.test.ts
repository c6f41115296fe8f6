import { describe, expect, test } from '@jest/globals';
import { loadCatalog } from '../../../engine/catalog/catalog.ts';
import type { ViewChanges } from '../../../engine/postgres/feed.ts';
import { detectProfile, RISINGWAVE } from '../../../engine/profile.ts';
import { connect } from '../../../engine/risingwave/connection.ts';
import { RisingwaveEngine } from '../../../engine/risingwave/engine.ts';
import { workplace } from '../../support/cli.ts';
import { describeWithData } from '../../support/data.ts';
import { engineSuite } from '../engineSuite.ts';
import { paritySuite } from '../paritySuite.ts';
import { RECORDINGS } from '../recording.ts';
import { startSuite } from '../startSuite.ts';
import { versionsSuite } from '../versionsSuite.ts';
import { standInCluster } from './standInCluster.ts';

const SEED = Number(process.env.SEED ?? 20190701);

// Shows that the suite works, and that what it sends is in the dialect. It shows NOTHING of RisingWave itself.
describeWithData(`the parity suite on a stand-in, NOT on RisingWave (SEED=${SEED})`, RECORDINGS, () => {
  const options = { trades: 700, seed: SEED, within: 300_000 };
  paritySuite(standInCluster, options);
  // Every flush recomputes every view there, so these take minutes; versions.test.ts has the steps of a version on a small sql/.
  if (process.env.TEST_STAND_IN !== undefined) {
    versionsSuite(standInCluster, options);
    startSuite(standInCluster, options.within);
    engineSuite(standInCluster, options.within);
  }
});

describe('an engine on the stand-in, NOT on RisingWave', () => {
  test('is taken for RisingWave', async () => {
    const database = await standInCluster().empty();
    const client = await connect(database.url, 'tickwave test');
    try {
      expect(await detectProfile(client)).toBe(RISINGWAVE);
    } finally {
      await client.end();
      await database.drop();
    }
  });

  test('is what the command applies sql/ to, once', async () => {
    const database = await standInCluster().empty();
    const place = workplace({ DATABASE_URL: database.url });
    try {
      const dry = await place.run('apply', '--dry-run');
      expect(dry).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('create materialized view features'),
      });
      const applied = await place.run('apply');
      expect(applied.stderr).toContain('features');
      expect(applied.code).toBe(0);
      expect(await place.run('apply', '--dry-run')).toMatchObject({ code: 0, stdout: '' });
      expect((await place.run('apply')).stderr).toContain('nothing to do');
    } finally {
      await place.remove();
      await database.drop();
    }
  });

  test('goes on following over a broken connection, and loses nothing; others follow once all is there', async () => {
    const cluster = standInCluster();
    const database = await cluster.empty();
    const catalog = await loadCatalog('sql');
    const follow = () => RisingwaveEngine.follow({ url: database.url, catalog, environment: {} });
    expect(await follow()).toBeNull();
    const engine = await RisingwaveEngine.open({ url: database.url, catalog, environment: {} });
    const told: ViewChanges[] = [];
    let heard: () => void = () => {};
    engine.subscribe('heartbeats', (changes) => {
      told.push(changes);
      heard();
    });
    const until = async (wanted: () => boolean): Promise<void> => {
      while (!wanted())
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
    };
    const minutes = (): string[] =>
      told.flatMap(({ changes }) => changes.map(({ key }) => (key.minute as Date).toISOString()));
    const write = async (minute: string): Promise<void> => {
      const client = await connect(database.url, 'tickwave test');
      await client.query(`insert into heartbeats values ('kraken', 'BTC/USD', '${minute}')`);
      await client.query('flush');
      await client.end();
    };
    try {
      await until(() => told.length > 0);
      const far = await follow();
      const heardFar: ViewChanges[] = [];
      far?.subscribe('heartbeats', (changes) => {
        heardFar.push(changes);
        heard();
      });
      await until(() => heardFar.length > 0);
      await write('2024-01-01T00:00:00Z');
      await until(() => minutes().length === 1 && heardFar.some(({ changes }) => changes.length === 1));
      expect(far?.applied.made).toEqual([]);
      await far?.stop();
      cluster.breakConnections();
      await write('2024-01-01T00:01:00Z');
      await until(() => minutes().includes('2024-01-01T00:01:00.000Z'));
      expect(told.filter(({ truncated }) => truncated)).toHaveLength(1);
      expect(await engine.ended).toBeInstanceOf(Error);
    } finally {
      await engine.stop().catch(() => {});
      await database.drop();
    }
  });
});
