import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { describeWithData } from '../../test/support/data.ts';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { createLandingTables } from '../../test/support/landingTables.ts';
import { ManualClock } from '../../test/support/manualClock.ts';
import { PostgresLanding } from '../postgresLanding.ts';
import { replay } from './replay.ts';

const RECORDED = [
  'trades/kraken_BTCUSD_trades_20190701_00h.csv',
  'trades/binance_spot_btcusdt_20240808_trades.csv',
  'trades/binance_spot_btcusdt_20240809_trades.csv',
  'trades/binance_spot_ethusdt_20240808_trades.csv',
  'trades/binance_spot_ethusdt_20240809_trades.csv',
];

describeWithData('recorded trades in PostgreSQL', RECORDED, (...paths) => {
  let database: TestDatabase;
  let client: pg.Client;
  let landing: PostgresLanding;

  beforeAll(async () => {
    database = await testDatabase();
    await createLandingTables(database.url);
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    landing = new PostgresLanding({ connection: database.url, durable: false });
  });
  afterAll(async () => {
    await landing.close();
    await client.end();
    await database.drop();
  });

  const state = async (): Promise<unknown> => {
    const markets = await client.query(
      `select exchange, symbol, count(*)::int as trades, sum(price * quantity)::text as notional
       from trades group by exchange, symbol order by exchange, symbol`,
    );
    const beats = await client.query(
      'select exchange, count(*)::int as n from heartbeats group by exchange order by 1',
    );
    const positions = await client.query(
      'select rows_done::int as rows, done from file_positions order by rows_done',
    );
    return { markets: markets.rows, beats: beats.rows, positions: positions.rows };
  };

  test('are stored once each, broken off and repeated', async () => {
    const files = paths.map((path) => ({ path }));
    const options = { files, landing, clock: new ManualClock(Date.UTC(2024, 8, 1)), speed: 'max' } as const;
    const abort = new AbortController();
    const first = await replay({
      ...options,
      chunkRows: 9000,
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    expect(first.completed).toBe(false);
    await replay(options);
    const stored = await state();
    expect(stored).toMatchObject({
      markets: [
        { exchange: 'binance', symbol: 'BTC/USDT', trades: 9757 + 10_147 },
        { exchange: 'binance', symbol: 'ETH/USDT', trades: 6106 + 8409 },
        { exchange: 'kraken', symbol: 'BTC/USD', trades: 2672 },
      ],
      beats: [
        { exchange: 'binance', n: 20 },
        { exchange: 'kraken', n: 58 },
      ],
      positions: [2672, 6106, 8409, 9757, 10_147].map((rows) => ({ rows, done: true })),
    });
    await replay(options);
    expect(await replay({ ...options, again: true })).toMatchObject({ rows: 37_091, duplicates: 37_091 });
    expect(await state()).toEqual(stored);
  });
});
