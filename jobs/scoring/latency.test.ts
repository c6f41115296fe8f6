import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { ManualClock } from '../../test/support/manualClock.ts';
import type { Bundle } from '../registry/bundle.ts';
import { LocalRegistry } from '../registry/localRegistry.ts';
import { BASELINES, smallBundle } from '../registry/testing/bundles.ts';
import { type JobsDatabase, jobsDatabase } from '../registry/testing/tables.ts';
import { Scorer } from './scorer.ts';
import { closeMinutes, MINUTE, START, testMarkets } from './testing/market.ts';

const NAME = 'return-5m';
/** When the scorer looks, by its clock: far from event time, as in a replay. */
const NOW = Date.UTC(2026, 6, 1);
/** A minute is over when a trade of five seconds into the next one arrives. */
const LATENESS = 5000;

let database: JobsDatabase;
let bundle: Bundle;
let folder: string;
let registry: LocalRegistry;

beforeAll(async () => {
  database = await jobsDatabase();
  bundle = await smallBundle(1);
});

afterAll(() => database?.drop());

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tickwave-models-'));
  await database.pool.query(
    'truncate models, promotions, scoring_progress, watermarks, features, candles_1m, predictions, trades',
  );
  registry = new LocalRegistry({ pool: database.pool, folder, clock: new ManualClock(NOW) });
  await registry.register(NAME, bundle);
  await registry.decide({ name: NAME, version: 1, action: 'promote', alias: 'champion', reasons: [] });
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function scorer(): Scorer {
  return new Scorer({
    ...{ pool: database.pool, registry, algorithms: BASELINES, clock: new ManualClock(NOW) },
    ...{ pollMs: 1000, catchUpMinutes: 1440, expiryMs: 14 * 86_400_000 },
    ...{ onChange: () => () => {}, say: () => {} },
  });
}

/** A trade of a market, so long after the start of the next minute, and received so long before the scorer looks. */
async function trade(symbol: string, id: number, after: number, receivedBefore: number): Promise<void> {
  await database.pool.query(
    `insert into trades (exchange, symbol, trade_id, ts, price, quantity, side, received_at)
     values ('kraken', $1, $2, $3, 100, 1, 'buy', $4)`,
    [symbol, id, new Date(START + MINUTE + after), new Date(NOW - receivedBefore)],
  );
}

test('counts from the arrival of the trade that ended the minute, where there is one of this clock', async () => {
  const [first, second, third, fourth] = testMarkets(8).filter(({ exchange }) => exchange === 'kraken');
  if (!first || !second || !third || !fourth) throw new Error('no markets');
  await closeMinutes(database.pool, [first, second, third, fourth], 0, 1);
  await database.pool.query('update features set complete = true');
  await trade(first.symbol, 1, LATENESS - 1, 900);
  await trade(first.symbol, 2, LATENESS, 130);
  await trade(first.symbol, 3, LATENESS + 1, 20);
  // Received years ago, as in a copied history, and in the future, by a clock that is ahead.
  await trade(second.symbol, 1, LATENESS, 3 * 365 * 86_400_000);
  await trade(third.symbol, 1, LATENESS, -500);
  await scorer().pass();
  const { rows } = await database.pool.query(
    'select symbol, late, latency_ms from predictions order by symbol',
  );
  expect(rows).toEqual([
    { symbol: first.symbol, late: false, latency_ms: 130 },
    ...[second, third, fourth].map(({ symbol }) => ({ symbol, late: false, latency_ms: 0 })),
  ]);
});

test('a model that has left service since the last pass is not asked, nor for what is long over', async () => {
  const markets = testMarkets(2);
  const one = scorer();
  await closeMinutes(database.pool, markets, 0, 30);
  await one.pass();
  const before = (await database.pool.query('select * from predictions')).rows.length;
  expect(before).toBeGreaterThan(30);
  // Who is in service is read just before, as when a decision falls between two statements.
  const serving = await registry.serving();
  const decided = registry.serving.bind(registry);
  registry.serving = async () => serving;
  await registry.decide({ name: NAME, version: 1, action: 'retire', alias: null, reasons: [] });
  await database.pool.query('delete from predictions');
  await closeMinutes(database.pool, markets, 30, 31);
  await one.pass();
  registry.serving = decided;
  expect((await database.pool.query('select * from predictions')).rows).toEqual([]);
});
