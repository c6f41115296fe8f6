import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { loadCatalog } from '../../engine/catalog/catalog.ts';
import { Engine } from '../../engine/engine.ts';
import { verifyView } from '../../engine/postgres/verify.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { History, seeded } from './history.ts';

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const ROUNDS = Number(process.env.TEST_ROUNDS ?? 12);

describe(`views of sql/ under random histories (SEED=${SEED})`, () => {
  let database: TestDatabase;
  let client: pg.Client;
  let engine: Engine;

  beforeAll(async () => {
    database = await testDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query("set timezone = 'UTC'; set search_path = public, compat");
    engine = await Engine.open({
      url: database.url,
      catalog: await loadCatalog(process.env.TEST_SQL ?? 'sql'),
    });
  });

  afterAll(async () => {
    await engine?.stop();
    await client?.end();
    await database?.drop();
  });

  test('after every refresh each view equals its query run from nothing', async () => {
    const random = seeded(SEED);
    const history = new History(client, {
      random,
      markets: [
        ['kraken', 'BTC/USD'],
        ['kraken', 'ETH/USD'],
        ['binance', 'BTC/USD'],
      ],
      minutes: 90,
    });
    for (let round = 0; round < ROUNDS; round++) {
      const writes = 1 + Math.floor(random() * 12);
      for (let write = 0; write < writes; write++) await history.write();
      await engine.refresh();
      for (const view of engine.layout.views) {
        const difference = await verifyView(client, engine.layout, view.name);
        if (difference)
          throw new Error(`SEED=${SEED}, round ${round}: ${JSON.stringify(difference, null, 2)}`);
      }
    }
    const { rows } = await client.query<{ n: string }>('select count(*) as n from candles_1m');
    expect(Number(rows[0]?.n)).toBeGreaterThan(5);
  });
});
