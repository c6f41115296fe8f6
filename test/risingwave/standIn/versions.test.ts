import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { systemClock } from '../../../engine/clock.ts';
import { connect } from '../../../engine/risingwave/connection.ts';
import { SubscriptionCursor } from '../../../engine/risingwave/cursor.ts';
import { readDeployedCatalog } from '../../../engine/risingwave/versions/deployedCatalog.ts';
import { takeVersions } from '../../../engine/risingwave/versions/lock.ts';
import { readIds } from '../../../engine/risingwave/versions/names.ts';
import { RisingwaveVersions } from '../../../engine/risingwave/versions/risingwaveVersions.ts';
import { seeded } from '../../property/history.ts';
import { BY, CHANGED, catalogOf, FILES, OPTIONS, VersionsRig } from './versionsRig.ts';

// SEED replays the statements at which the verbs are killed.
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6));
const ROUNDS = Number(process.env.TEST_ROUNDS ?? 4);

let rig: VersionsRig;

beforeEach(async () => {
  rig = await VersionsRig.open();
});
afterEach(() => rig.close());

const names = async (): Promise<string[]> => [...(await readIds(rig.client)).keys()].sort();
const files = async (): Promise<string[]> =>
  ((await readDeployedCatalog(rig.client))?.objects ?? []).map(({ file }) => file).sort();

/** What a follower by name is told of the next tick of a place. */
async function toldOf(place: string): Promise<unknown> {
  const client = await connect(rig.database.url, 'tickwave test');
  try {
    const cursor = new SubscriptionCursor(client, 'places', ['place']);
    await cursor.declare('now');
    await rig.write(place, [1]);
    for (;;)
      for (const { changes } of await cursor.next())
        for (const { key, row } of changes) if (key.place === place) return Number(row?.total);
  } finally {
    await client.end();
  }
}

describe('versions on the stand-in, NOT on RisingWave', () => {
  test('a version is built beside, published, taken back and dropped; who follows a view by name goes along', async () => {
    await rig.write('a', [1, 2]);
    await rig.verb('apply', 'built');
    expect([await rig.sum('minutes'), await rig.sum('places')]).toEqual([3, 3]);
    await rig.verb('promote', 'promoted');
    expect([await rig.sum('minutes'), await rig.sum('latest'), await rig.sum('places')]).toEqual([6, 6, 6]);
    expect(await toldOf('b')).toBe(3);
    expect(await files()).toEqual(Object.keys(CHANGED).sort());
    await rig.verb('rollback', 'rolled_back');
    expect([await rig.sum('latest'), await rig.sum('places')]).toEqual([4.5, 4.5]);
    expect(await toldOf('c')).toBe(1.5);
    expect(await files()).toEqual(Object.keys(FILES).sort());
    await rig.verb('promote', 'promoted');
    await rig.verb('cleanup', 'cleaned');
    expect(await names()).toEqual(['latest', 'minutes', 'more', 'places']);
    expect(await rig.sum('places')).toBe(12);
  });

  test('what is built and not published is dropped again, with nothing left of it', async () => {
    const before = await names();
    await rig.verb('apply', 'built');
    expect(await names()).not.toEqual(before);
    await rig.verb('cleanup', 'cancelled');
    expect(await names()).toEqual(before);
    expect(await files()).toEqual(Object.keys(FILES).sort());
  });

  test(`killed at any statement, the same verb goes on (SEED=${SEED})`, async () => {
    const random = seeded(SEED);
    const at = (): number => 1 + Math.floor(random() * 40);
    const moment = (): 'before' | 'after' => (random() < 0.5 ? 'before' : 'after');
    await rig.write('a', [1, 2]);
    let deaths = 0;
    for (let round = 0; round < ROUNDS; round++) {
      deaths += await rig.survive('apply', 'built', at(), moment());
      expect(await rig.sum('places')).toBe(3);
      deaths += await rig.survive('promote', 'promoted', at(), moment());
      expect([await rig.sum('minutes'), await rig.sum('latest'), await rig.sum('places')]).toEqual([6, 6, 6]);
      deaths += await rig.survive('rollback', 'rolled_back', at(), moment());
      expect([await rig.sum('minutes'), await rig.sum('latest'), await rig.sum('places')]).toEqual([3, 3, 3]);
      deaths += await rig.survive('cleanup', 'cancelled', at(), moment());
      expect(await names()).toEqual(['latest', 'minutes', 'others', 'places']);
    }
    expect(deaths).toBeGreaterThan(0);
    await rig.verb('apply', 'built');
    await rig.survive('promote', 'promoted', at(), moment());
    await rig.survive('cleanup', 'cleaned', at(), moment());
    expect(await names()).toEqual(['latest', 'minutes', 'more', 'places']);
    expect(await toldOf('b')).toBe(3);
  });

  test('a promotion that died half way is taken back by cleanup', async () => {
    await rig.write('a', [1, 2]);
    await rig.verb('apply', 'built');
    for (let at = 1; (await names()).includes('minutes__2'); at++) {
      const done = await rig.verb('promote', 'promoted', at);
      if ((await rig.sum('minutes')) === 6 && (await rig.sum('places')) === 3) break;
      expect(done).toBe(false);
    }
    await rig.verb('cleanup', 'cancelled');
    expect([await rig.sum('minutes'), await rig.sum('places')]).toEqual([3, 3]);
    expect(await names()).toEqual(['latest', 'minutes', 'others', 'places']);
    expect(await toldOf('b')).toBe(1.5);
  });

  test('rows of both are compared by key, audits are asked, and all of it is in the history', async () => {
    await rig.write('a', [1, 2]);
    await rig.write('b', [1]);
    await rig.verb('apply', 'built');
    const versions = new RisingwaveVersions(rig.client, rig.database.url, OPTIONS, systemClock);
    const active = await versions.active();
    if (active === null) throw new Error('no version');
    const [minutes] = await versions.compare(active, { samples: 1, views: ['minutes'] });
    expect(minutes).toMatchObject({
      rows: { published: 2, other: 2 },
      ...{ onlyPublished: 0, onlyOther: 0, differing: 2, byColumn: { total: 2 }, why: null },
      samples: [{ published: { place: 'b', total: '1.5' }, other: { place: 'b', total: '3.0' } }],
    });
    const wrong = { name: 'small', columns: ['total'], holds: 'total < 4' };
    const audits = await versions.audit(active, [wrong]);
    expect(audits.filter(({ passed }) => !passed).map(({ view, audit }) => `${view} ${audit}`)).toEqual([
      'minutes small',
      'places small',
    ]);
    await versions.recordAudits(active.id, audits);
    const [history] = await versions.history();
    expect(history?.events.map(({ event }) => event)).toEqual(['building', 'built']);
    expect(history?.audits).toHaveLength(audits.length);
    await expect(versions.bring(active.id, 'rollback', BY, ['rolled_back'])).rejects.toThrow(
      "a version that is built can't rollback",
    );
  });

  test('two people: the second is told who it is; one who died is not waited for', async () => {
    const catalog = catalogOf(FILES);
    expect(catalog.find('leases')).toBeUndefined();
    await rig.client.query(
      'create table leases (name varchar, term bigint, owner varchar, expires_at timestamptz, primary key (name, term)) on conflict do nothing',
    );
    const pool = new pg.Pool({ connectionString: rig.database.url, max: 2 });
    pool.on('error', () => {});
    try {
      const options = { by: BY, verb: 'apply', clock: systemClock, isAlive: () => true };
      const lease = await takeVersions(pool, options);
      await expect(takeVersions(pool, { ...options, verb: 'promote' })).rejects.toThrow(
        /ann@desk \(process 1\) runs `tickwave apply` since/,
      );
      const next = await takeVersions(pool, { ...options, isAlive: () => false });
      await next.release();
      await lease.release();
    } finally {
      await pool.end();
    }
  });
});
