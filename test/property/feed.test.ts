import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { loadCatalog } from '../../engine/catalog/catalog.ts';
import { deploy } from '../../engine/postgres/deploy/deploy.ts';
import { type Layout, layOut } from '../../engine/postgres/deploy/plan.ts';
import { Feed } from '../../engine/postgres/feed.ts';
import { Refresher } from '../../engine/postgres/refresher.ts';
import { verifyView } from '../../engine/postgres/verify.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { ViewCopy } from '../support/viewCopy.ts';
import { History, seeded } from './history.ts';

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const ROUNDS = Number(process.env.TEST_ROUNDS ?? 6);

describe(`the change feed of sql/ (SEED=${SEED})`, () => {
  let database: TestDatabase;
  let writer: pg.Client;
  let keeper: pg.Client;
  let layout: Layout;

  beforeAll(async () => {
    database = await testDatabase();
    writer = new pg.Client({ connectionString: database.url });
    keeper = new pg.Client({ connectionString: database.url });
    await Promise.all([writer.connect(), keeper.connect()]);
    await writer.query("set timezone = 'UTC'; set search_path = public, compat");
    layout = layOut(await loadCatalog('sql'));
    await deploy(keeper, layout);
  });

  afterAll(async () => {
    await Promise.all([writer?.end(), keeper?.end()]);
    await database?.drop();
  });

  test('gives every view, also while some are put off; nothing stays put off in the end', async () => {
    const random = seeded(SEED);
    const history = new History(writer, {
      random,
      markets: [
        ['kraken', 'BTC/USD'],
        ['kraken', 'ETH/USD'],
      ],
      minutes: 60,
    });
    const feed = new Feed();
    const refresher = new Refresher(keeper, layout, feed);
    const copies = await ViewCopy.follow(writer, feed, layout.views);
    const names = layout.views.map((view) => view.name);
    for (let round = 0; round < ROUNDS; round++) {
      for (let write = 0; write < 6; write++) await history.write();
      const isLast = round === ROUNDS - 1;
      const { changes } = await refresher.refresh(isLast ? 'all' : names.filter(() => random() < 0.3));
      expect(await feed.publish(changes)).toEqual([]);
      for (const copy of copies) expect(await copy.difference(writer)).toBe('');
    }
    for (const name of names) expect(await verifyView(writer, layout, name)).toBeNull();
  });
});
