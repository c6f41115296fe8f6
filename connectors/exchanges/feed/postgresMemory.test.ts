import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import { createLandingTables } from '../../../test/support/landingTables.ts';
import { PostgresLanding } from '../../postgresLanding.ts';
import { PostgresMemory } from './postgresMemory.ts';

const EXCHANGE = 'kraken';
const SYMBOL = 'BTC/USD';
const NOW = '2026-01-05T00:00:00.000Z';

let database: TestDatabase;
let landing: PostgresLanding;
let memory: PostgresMemory;

const trade = (tradeId: number) => ({
  exchange: EXCHANGE,
  symbol: SYMBOL,
  tradeId: String(tradeId),
  ts: new Date(Date.parse(NOW) + tradeId).toISOString(),
  price: '1',
  quantity: '1',
  side: 'buy' as const,
  receivedAt: NOW,
});

beforeAll(async () => {
  database = await testDatabase();
  await createLandingTables(database.url);
  landing = new PostgresLanding({ connection: database.url, durable: true });
  memory = new PostgresMemory(database.url);
  // Ids of four and of five digits: as text 9999 would be the highest.
  await landing.trades([9998, 9999, 10_000, 10_001, 10_004, 10_005].map(trade));
});
afterAll(async () => {
  await memory.close();
  await landing.close();
  await database.drop();
});

test('ends of what is stored go by number', async () => {
  const ends = await memory.trades(EXCHANGE, SYMBOL);
  expect(ends?.first).toMatchObject({ tradeId: '9998' });
  expect(ends?.last).toMatchObject({ tradeId: '10005' });
  expect(await memory.trades(EXCHANGE, 'ETH/USD')).toBeNull();
});

test('ids that are not stored, with the times around them', async () => {
  const range = { fromId: '9998', toId: '10005' };
  expect(await memory.missing(EXCHANGE, SYMBOL, range, 10)).toEqual([
    expect.objectContaining({ fromId: '10002', toId: '10003' }),
  ]);
});

test('open holes come in the order of their ids', async () => {
  const gap = {
    exchange: EXCHANGE,
    symbol: SYMBOL,
    fromTs: NOW,
    toTs: NOW,
    missing: 2,
    repaired: 0,
    status: 'detected' as const,
    cause: 'reconnect',
    detectedAt: NOW,
    closedAt: null,
  };
  await landing.gaps([
    { ...gap, fromId: '10002', toId: '10003' },
    { ...gap, fromId: '900', toId: '901' },
    { ...gap, fromId: '20', toId: '21', status: 'repaired', closedAt: NOW },
  ]);
  const found = await memory.gaps(EXCHANGE, SYMBOL, 10);
  expect(found.map(({ fromId }) => fromId)).toEqual(['900', '10002']);
});
