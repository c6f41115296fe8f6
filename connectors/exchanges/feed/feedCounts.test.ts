import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import { ManualClock } from '../../../test/support/manualClock.ts';
import { FeedCounter } from './feedCounts.ts';
import type { LiveFeedState } from './feedState.ts';

const START = Date.UTC(2026, 0, 2);

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const table = readFileSync(new URL('../../../sql/landing/feed_counts.sql', import.meta.url), 'utf8');
  await client.query(table.replace(/^\)[^;]*;/m, ');'));
});

afterAll(async () => {
  await client?.end();
  await database?.drop();
});

/** The state of a feed of which only the counts matter here. */
function feed(counts: Readonly<Record<string, readonly [fresh: number, duplicates: number]>>): LiveFeedState {
  const markets = Object.entries(counts).map(([symbol, [fresh, duplicates]]) => ({
    symbol,
    counts: { fresh, duplicates, repaired: 0, permanent: 0 },
  }));
  return { exchange: 'kraken', markets } as unknown as LiveFeedState;
}

/** A minute passes. */
function minute(clock: ManualClock): void {
  void clock.sleep(60_000);
  clock.wakeNext();
}

test('writes what came since the count before, also after a feed began anew and a database that was away', async () => {
  const clock = new ManualClock(START);
  let state = feed({ 'BTC/USD': [10, 50], 'ETH/USD': [0, 0] });
  const counter = new FeedCounter({ connection: database.url, feeds: () => [state], clock });
  const away = new FeedCounter({ connection: 'postgres://127.0.0.1:1/x', feeds: () => [state], clock });
  await counter.count();
  await expect(away.count()).rejects.toThrow();
  minute(clock);
  state = feed({ 'BTC/USD': [30, 50], 'ETH/USD': [1, 0] });
  await counter.count();
  minute(clock);
  await counter.count();
  minute(clock);
  state = feed({ 'BTC/USD': [5, 2] });
  const stop = new AbortController();
  stop.abort();
  await counter.run(stop.signal);
  const { rows } = await client.query(
    'select symbol, counted_at, received::int, repeated::int from feed_counts order by counted_at, symbol',
  );
  expect(
    rows.map(({ symbol, counted_at, received, repeated }) => [
      symbol,
      (counted_at.getTime() - START) / 60_000,
      received,
      repeated,
    ]),
  ).toEqual([
    ['BTC/USD', 0, 60, 50],
    ['BTC/USD', 1, 20, 0],
    ['ETH/USD', 1, 1, 0],
    ['BTC/USD', 3, 7, 2],
  ]);
});
