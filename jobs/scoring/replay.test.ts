import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { loadCatalog } from '../../engine/catalog/catalog.ts';
import { Engine } from '../../engine/engine.ts';
import { seeded } from '../../test/property/history.ts';
import { testDatabase } from '../../test/support/database.ts';
import { ManualClock } from '../../test/support/manualClock.ts';
import { LocalRegistry } from '../registry/localRegistry.ts';
import { BASELINES, smallBundle } from '../registry/testing/bundles.ts';
import { trainingFeatures } from '../training/dataset/columns.ts';
import { Scorer } from './scorer.ts';
import { type PredictedRow, storedPredictions } from './testing/market.ts';

const SEED = Number(process.env.TEST_SEED ?? 20260102);
/** Minutes of trades; before them lie the hours that features reach over. */
const MINUTES = Number(process.env.TEST_MINUTES ?? 6);
const HISTORY_HOURS = 23;
const START = Date.UTC(2026, 0, 2);
const SYMBOLS = ['BTC/USD', 'ETH/USD'];

interface Trade {
  readonly symbol: string;
  readonly id: number;
  readonly ts: number;
  readonly price: string;
  readonly quantity: string;
  readonly side: string;
}

/** Trades as they arrive: up to four seconds out of order, which the watermark waits for. */
function trades(): readonly Trade[] {
  const random = seeded(SEED);
  const rows = SYMBOLS.flatMap((symbol) => {
    let price = 1000;
    return Array.from({ length: MINUTES * 30 }, (_, id) => {
      price *= 1 + (random() - 0.5) * 0.002;
      const ts = START + Math.floor(((id + random()) / 30) * 60_000);
      const side = random() < 0.5 ? 'buy' : 'sell';
      const trade = {
        symbol,
        id,
        ts,
        price: price.toFixed(2),
        quantity: (0.001 + random()).toFixed(4),
        side,
      };
      return { arrives: ts + random() * 4000, trade };
    });
  });
  return rows.sort((a, b) => a.arrives - b.arrives).map(({ trade }) => trade);
}

async function land(pool: pg.Pool, batch: readonly Trade[]): Promise<void> {
  await pool.query(
    `insert into trades (exchange, symbol, trade_id, ts, price, quantity, side, received_at)
     select 'kraken', row ->> 'symbol', (row ->> 'id')::bigint, to_timestamp((row ->> 'ts')::float8 / 1000), (row ->> 'price')::numeric,
       (row ->> 'quantity')::numeric, row ->> 'side', to_timestamp((row ->> 'ts')::float8 / 1000)
     from jsonb_array_elements($1::jsonb) as row`,
    [JSON.stringify(batch)],
  );
}

async function importHistory(pool: pg.Pool): Promise<void> {
  const random = seeded(SEED + 1);
  const rows = SYMBOLS.flatMap((symbol) => {
    let close = 1000;
    return Array.from({ length: HISTORY_HOURS * 60 }, (_, index) => {
      const open = close;
      close *= 1 + (random() - 0.5) * 0.002;
      const [high, low] = [Math.max(open, close) * 1.0001, Math.min(open, close) * 0.9999];
      const [o, h, l, c] = [open, high, low, close].map((price) => price.toFixed(4));
      const at = new Date(START - (HISTORY_HOURS * 60 - index) * 60_000).toISOString();
      return { symbol, at, o, h, l, c, v: (random() * 10).toFixed(4) };
    });
  });
  await pool.query(
    `insert into candles_imported (exchange, symbol, window_start, open, high, low, close, volume)
     select 'kraken', row ->> 'symbol', (row ->> 'at')::timestamptz, (row ->> 'o')::numeric, (row ->> 'h')::numeric, (row ->> 'l')::numeric,
       (row ->> 'c')::numeric, (row ->> 'v')::numeric from jsonb_array_elements($1::jsonb) as row`,
    [JSON.stringify(rows)],
  );
}

const open: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** Replays the trades in batches as long as `batch` says, and scores after each. */
async function replay(batch: (left: readonly Trade[]) => number): Promise<readonly PredictedRow[]> {
  const database = await testDatabase();
  open.push(() => database.drop());
  const engine = await Engine.open({ url: database.url, catalog: await loadCatalog('sql') });
  open.push(() => engine.stop());
  const pool = new pg.Pool({ connectionString: database.url, max: 3 });
  open.push(() => pool.end());
  const folder = mkdtempSync(join(tmpdir(), 'tickwave-models-'));
  open.push(() => rm(folder, { recursive: true, force: true }));
  await importHistory(pool);
  await engine.refresh();
  const clock = new ManualClock(Date.UTC(2026, 6, 1));
  const registry = new LocalRegistry({ pool, folder, clock });
  const client = await pool.connect();
  const features = await trainingFeatures(client);
  client.release();
  await registry.register('return-5m', await smallBundle(1, { features }));
  await registry.decide({ name: 'return-5m', version: 1, action: 'promote', alias: 'champion', reasons: [] });
  let told = 0;
  const limits = { catchUpMinutes: 1440, expiryMs: 14 * 86_400_000, pollMs: 1000, say: () => {} };
  const scorer = new Scorer({
    pool,
    registry,
    algorithms: BASELINES,
    clock,
    onChange: () => () => {},
    ...limits,
  });
  engine.subscribe('watermarks', () => {
    told++;
  });
  for (let left = trades(); left.length > 0; ) {
    const count = batch(left);
    await land(pool, left.slice(0, count));
    left = left.slice(count);
    await engine.refreshDue([]);
    await scorer.pass();
  }
  expect(told).toBeGreaterThan(0);
  return storedPredictions(pool);
}

test('the same input, paced as it came and at full speed, gives the same predictions bit for bit', async () => {
  const paced = await replay((left) => {
    const first = left[0]?.ts ?? 0;
    return Math.max(
      1,
      left.findIndex(({ ts }) => ts > first + 5000),
    );
  });
  const atOnce = await replay((left) => left.length);
  // The last two minutes of the history close with the first trades; the last minute of the trades stays open.
  expect(paced.length).toBe(SYMBOLS.length * (MINUTES + 1));
  expect(atOnce).toEqual(paced);
});
