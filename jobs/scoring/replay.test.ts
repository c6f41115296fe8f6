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

const SEED = Number(process.env.SEED ?? 20260102);
/** Minutes of trades; before them lie the hours that features reach over. */
const MINUTES = Number(process.env.TEST_MINUTES ?? 6);
const HISTORY_HOURS = 23;
const START = Date.UTC(2026, 0, 2);
const SYMBOLS = ['BTC/USD', 'ETH/USD'];
/** The last two minutes of the history close with the first trades; the last minute of the trades stays open. */
const PREDICTIONS = SYMBOLS.length * (MINUTES + 1);

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

interface Replay {
  readonly engine: Engine;
  readonly scorer: Scorer;
  readonly pool: pg.Pool;
}

/** A database with the history, a model in service, and nothing running yet. */
async function prepare(): Promise<Replay> {
  const database = await testDatabase();
  open.push(() => database.drop());
  const engine = await Engine.open({ url: database.url, catalog: await loadCatalog('sql') });
  open.push(() => engine.stop());
  const pool = new pg.Pool({ connectionString: database.url, max: 4 });
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
  const scorer = new Scorer({
    ...{ pool, registry, algorithms: BASELINES, clock, pollMs: 1000, say: () => {} },
    ...{ catchUpMinutes: 1440, expiryMs: 14 * 86_400_000 },
    onChange: (wake) => engine.subscribe('watermarks', wake),
  });
  return { engine, scorer, pool };
}

/**
 * As it goes live: engine and scorer run by themselves, told by triggers and by each other, while trades come in. Event time waits
 * for the engine, which keeps up with it when live too, and for nobody else.
 */
async function paced(): Promise<readonly PredictedRow[]> {
  const { engine, scorer, pool } = await prepare();
  let refreshes = 0;
  engine.onRefresh(() => {
    refreshes++;
  });
  const stop = new AbortController();
  const running = scorer.run(stop.signal);
  await engine.start();
  for (let left = trades(); left.length > 0; ) {
    const first = left[0]?.ts ?? 0;
    const end = left.findIndex(({ ts }) => ts > first + 5000);
    const batch = left.slice(0, end < 1 ? left.length : end);
    left = left.slice(batch.length);
    const before = refreshes;
    await land(pool, batch);
    await until(() => refreshes > before);
  }
  await until(() => scorer.status().predictions >= PREDICTIONS);
  stop.abort();
  await running;
  return storedPredictions(pool);
}

/** All trades in one statement, one refresh, one pass. */
async function atOnce(): Promise<readonly PredictedRow[]> {
  const { engine, scorer, pool } = await prepare();
  await land(pool, trades());
  await engine.refresh();
  await scorer.pass();
  return storedPredictions(pool);
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}

test(`the same input, live and at full speed, gives the same predictions bit for bit (SEED=${SEED})`, async () => {
  const live = await paced();
  expect(live).toHaveLength(PREDICTIONS);
  expect(new Set(live.map(({ features_hash }) => features_hash)).size).toBe(PREDICTIONS);
  expect(await atOnce()).toEqual(live);
}, 300_000);
