import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { loadCatalog } from '../engine/catalog/catalog.ts';
import { Engine } from '../engine/engine.ts';
import { History, seeded } from './property/history.ts';
import { type TestDatabase, testDatabase } from './support/database.ts';

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const REFRESHES = 25;
/** Moments that readers have to see at least: refreshes may be over before a reader has read twice. */
const MOMENTS = 4;

/** Rows in which views of one query are not of one moment; none, whenever it is asked. */
const CONTRADICTIONS: Readonly<Record<string, string>> = {
  'seconds, minutes and candles count the same trades': `
    select * from (
      select exchange, symbol, date_trunc('minute', window_start) as window_start, sum(trades) as trades
      from candles_1s group by 1, 2, 3
    ) as seconds
    full join traded_minutes using (exchange, symbol, window_start)
    left join candles_1m using (exchange, symbol, window_start)
    where seconds.trades is distinct from traded_minutes.trades or traded_minutes.trades is distinct from candles_1m.trades`,
  'indicators are those of the candles, also of timeframes that are put off': `
    select * from candles
    full join trend using (exchange, symbol, timeframe, window_start)
    full join momentum using (exchange, symbol, timeframe, window_start)
    where candles.close::double precision is distinct from trend.close or momentum.exchange is null`,
  'labels are made of the candles there are': `
    select * from labels
    left join candles_1m as base using (exchange, symbol, window_start)
    where base.close is distinct from labels.base_close`,
};

let database: TestDatabase;
let engine: Engine;

beforeAll(async () => {
  database = await testDatabase();
  engine = await Engine.open({ url: database.url, catalog: await loadCatalog('sql') });
});

afterAll(async () => {
  await engine?.stop();
  await database?.drop();
});

async function connected(work: (client: pg.Client) => Promise<void>, url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("set timezone = 'UTC'");
    await work(client);
  } finally {
    await client.end();
  }
}

test(`readers see one moment of all views while writers write and the engine refreshes (SEED=${SEED})`, async () => {
  await engine.start();
  let failed = false;
  const moments = new Set<string>();
  const isOver = (): boolean => {
    const { refreshes, lastError } = engine.status();
    return failed || lastError !== null || (refreshes >= REFRESHES && moments.size >= MOMENTS);
  };
  const write = (offset: number) =>
    connected(async (client) => {
      const history = new History(client, {
        random: seeded(SEED + offset),
        markets: [
          [`exchange ${offset}`, 'BTC/USD'],
          [`exchange ${offset}`, 'ETH/USD'],
        ],
        minutes: 90,
      });
      while (!isOver()) await history.write();
    }, database.url);
  const read = () =>
    connected(async (client) => {
      while (!isOver()) {
        for (const [what, query] of Object.entries(CONTRADICTIONS)) {
          const { rows } = await client.query(query);
          failed ||= rows.length > 0;
          expect({ what, rows }).toEqual({ what, rows: [] });
        }
        const { rows } = await client.query<{ trades: string }>(
          'select coalesce(sum(trades), 0) as trades from candles_1m',
        );
        moments.add(rows[0]?.trades ?? '');
      }
    }, database.analystUrl);
  await Promise.all([write(1), write(2), read(), read()]);
  expect(engine.status().lastError).toBeNull();
  expect(moments.size).toBeGreaterThanOrEqual(MOMENTS);
});
