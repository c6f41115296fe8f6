import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { loadCatalog } from '../engine/catalog/catalog.ts';
import { Engine } from '../engine/engine.ts';
import { verifyView } from '../engine/postgres/verify.ts';
import { monitor } from '../jobs/monitoring/monitor.ts';
import { STANDARD_MONITORING } from '../jobs/monitoring/settings.ts';
import { LocalRegistry } from '../jobs/registry/localRegistry.ts';
import { smallBundle } from '../jobs/registry/testing/bundles.ts';
import { seeded } from './property/history.ts';
import { type TestDatabase, testDatabase } from './support/database.ts';
import { ManualClock } from './support/manualClock.ts';

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);
/** Features are complete after some 21 hours of history. */
const MINUTES = 1560;
/** Minutes that are predicted from: the newest, and their horizon is over. */
const PREDICTED = 180;
const END = START + MINUTES * MINUTE;
const HORIZON = 5;

interface Made {
  readonly time: number;
  readonly predicted: number;
  readonly probability: number;
  readonly late: boolean;
}

let database: TestDatabase;
let pool: pg.Pool;
let engine: Engine;
let registry: LocalRegistry;
let folder: string;
let closes: readonly number[];
let made: readonly Made[];

const iso = (ms: number): string => new Date(ms).toISOString();

const bundle = () =>
  smallBundle(1, {
    features: ['rsi_14', 'return_5', 'hour_of_day'],
    markets: [{ exchange: 'kraken', symbol: 'BTC/USD' }],
    trainedFrom: iso(START),
    trainedTo: iso(START + 1350 * MINUTE),
  });

/** Lands a market by the minute, its model, and what that predicted. */
async function land(): Promise<void> {
  const random = seeded(SEED);
  let price = 100;
  closes = Array.from({ length: MINUTES }, () => {
    price *= 1 + (random() - 0.5) / 500;
    return Number(price.toFixed(4));
  });
  await pool.query(
    `insert into candles_imported (exchange, symbol, window_start, open, high, low, close, volume, notional, trades, taker_buy_volume)
     select 'kraken', 'BTC/USD', $1::timestamptz + (n - 1) * interval '1 minute', close, close * 1.0001, close * 0.9999, close, 5, 5 * close, 9, 2
     from unnest($2::numeric[]) with ordinality as made (close, n)`,
    [iso(START), closes],
  );
  made = Array.from({ length: PREDICTED }, (_, index) => ({
    time: END - (PREDICTED + HORIZON + 2 - index) * MINUTE,
    predicted: (random() - 0.5) / 300,
    probability: random(),
    late: random() < 0.2,
  }));
  const { version } = await registry.register('m', await bundle());
  await registry.decide({ name: 'm', version, action: 'promote', alias: 'champion', reasons: [] });
  await pool.query(
    `insert into scoring_progress (model, version, exchange, symbol, starts_after, scored_through) values ('m', 1, 'kraken', 'BTC/USD', $1, $2)`,
    [iso(made[0]?.time ?? 0), iso((made.at(-1)?.time ?? 0) + MINUTE)],
  );
  await pool.query(
    `insert into predictions (exchange, symbol, window_start, horizon_minutes, model, version, base_price, predicted_return, predicted_price,
       lower_price, upper_price, interval_level, direction_probability, late)
     select 'kraken', 'BTC/USD', to_timestamp(time / 1000), 5, 'm', 1, base, predicted, base * (1 + predicted)::numeric, base * 0.999, base * 1.001, 0.8, probability, late
     from unnest($1::float8[], $2::numeric[], $3::float8[], $4::float8[], $5::boolean[]) as made (time, base, predicted, probability, late)`,
    [
      ...[made.map(({ time }) => time), made.map(({ time }) => closeAt(time))],
      ...[made.map(({ predicted }) => predicted), made.map(({ probability }) => probability)],
      made.map(({ late }) => late),
    ],
  );
}

function closeAt(time: number): number {
  return closes[(time - START) / MINUTE] ?? Number.NaN;
}

/** What came true of a prediction. */
function realised({ time }: Made): number {
  return Math.log(closeAt(time + HORIZON * MINUTE) / closeAt(time));
}

async function one(text: string): Promise<Record<string, unknown>> {
  const { rows } = await pool.query<Record<string, unknown>>(text);
  expect(rows).toHaveLength(1);
  return rows[0] ?? {};
}

describe(`monitoring of models through the engine (SEED=${SEED})`, () => {
  beforeAll(async () => {
    database = await testDatabase();
    pool = new pg.Pool({ connectionString: database.url, max: 2 });
    engine = await Engine.open({ url: database.url, catalog: await loadCatalog('sql') });
    folder = mkdtempSync(join(tmpdir(), 'tickwave-models-'));
    registry = new LocalRegistry({ pool, folder, clock: new ManualClock(END) });
    await land();
    await engine.refresh();
  });

  afterAll(async () => {
    await engine?.stop();
    await pool?.end();
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  });

  test('the score of a version is that of its predictions and of the prices that came', async () => {
    const sum = (of: (row: Made) => number, rows = made): number =>
      rows.reduce((total, row) => total + of(row), 0);
    const error = (row: Made): number => Math.abs(row.predicted - realised(row));
    const score = await one("select * from accuracy_rolling where period = '24h'");
    expect(score).toMatchObject({
      model: 'm',
      version: 1,
      horizon_minutes: HORIZON,
      predictions: String(PREDICTED),
    });
    expect(Number(score.late_predictions)).toBe(made.filter(({ late }) => late).length);
    expect(score.mae).toBeCloseTo(sum(error) / PREDICTED, 10);
    expect(score.persistence_mae).toBeCloseTo(sum((row) => Math.abs(realised(row))) / PREDICTED, 10);
    expect(score.skill).toBeCloseTo(1 - sum(error) / sum((row) => Math.abs(realised(row))), 8);
    const timely = made.filter(({ late }) => !late);
    expect(score.timely_skill).toBeCloseTo(
      1 - sum(error, timely) / sum((row) => Math.abs(realised(row)), timely),
      8,
    );
    expect(score.bias).toBeCloseTo(sum((row) => row.predicted - realised(row)) / PREDICTED, 10);
    const brier = sum((row) => (row.probability - (realised(row) > 0 ? 1 : 0)) ** 2) / PREDICTED;
    expect(score.brier).toBeCloseTo(brier, 8);
    const day = await one(
      'select sum(predictions)::int as predictions, sum(probabilities)::int as probabilities from accuracy_1d',
    );
    expect(day).toEqual({ predictions: PREDICTED, probabilities: PREDICTED });
  });

  test('calibration counts what came true of each probability', async () => {
    const { rows } = await pool.query<{ tenth: number; predictions: string; came_true: string }>(
      "select tenth, predictions, came_true from calibration where event = 'rise' order by tenth",
    );
    for (const { tenth, predictions, came_true } of rows) {
      const inside = made.filter(({ probability }) => Math.floor(probability * 10) === tenth);
      expect(Number(predictions)).toBe(inside.length);
      expect(Number(came_true)).toBe(inside.filter((row) => realised(row) > 0).length);
    }
    expect(rows.reduce((total, { predictions }) => total + Number(predictions), 0)).toBe(PREDICTED);
    const interval = await one(
      "select probability, came_true::int as held from calibration where event = 'within interval'",
    );
    const held = made.filter((row) => Math.abs(Math.exp(realised(row)) - 1) <= 0.001).length;
    expect(interval.probability).toBeCloseTo(0.8, 10);
    // A price at the very bound may fall on either side here, where it is no exact decimal.
    expect(Math.abs(Number(interval.held) - held)).toBeLessThanOrEqual(1);
  });

  test('a correction of a price, a late and a withdrawn prediction reach the score; every stored view equals its query', async () => {
    const { time } = made[10] ?? { time: 0 };
    await pool.query('update candles_imported set close = close * 1.00005 where window_start = $1', [
      iso(time),
    ]);
    await pool.query('delete from predictions where window_start = $1', [iso(made[20]?.time ?? 0)]);
    await pool.query(
      'update predictions set late = true, direction_probability = null where window_start = $1',
      [iso(made[30]?.time ?? 0)],
    );
    await engine.refresh();
    const client = await pool.connect();
    try {
      await client.query("set timezone = 'UTC'; set search_path = public, compat");
      for (const view of ['prediction_errors', 'accuracy_1h', 'accuracy_1d', 'calibration_1h'])
        expect(await verifyView(client, engine.layout, view)).toBeNull();
    } finally {
      client.release(true);
    }
    const { predictions } = await one("select predictions::int from accuracy_rolling where period = '7d'");
    expect(predictions).toBe(PREDICTED - 1);
  });

  test('quality is that of the minutes there are', async () => {
    expect(await one('select minutes_behind::int from feature_lag')).toEqual({ minutes_behind: 0 });
    // The last minute has no later event, so it is not closed; scoring stands two minutes and the horizon before the end.
    expect(await one('select model, alias, minutes_behind::int from scoring_lag')).toEqual({
      model: 'm',
      alias: 'champion',
      minutes_behind: HORIZON,
    });
    const { rows: nulls } = await pool.query<{ minutes: string; nulls: string }>(
      'select minutes, nulls from feature_nulls',
    );
    expect(nulls).toHaveLength(49);
    expect(Number(nulls[0]?.minutes)).toBeGreaterThan(100);
    expect((await pool.query('select * from impossible_values')).rows).toEqual([]);
    await pool.query('update candles_imported set high = low - 1 where window_start = $1', [iso(START)]);
    expect(await one('select source, amount::int from impossible_values')).toEqual({
      source: 'candles_imported',
      amount: 1,
    });
  });

  test('the scheduled job stores references, counts hours and checks them', async () => {
    const drift = { ...STANDARD_MONITORING.drift, leastObservations: 60 };
    const found = await monitor(
      { pool, registry, clock: new ManualClock(END) },
      { ...STANDARD_MONITORING, drift },
    );
    expect(found.sentences[0]).toBe('m 1: 2 features are watched for drift.');
    // Predicted was from 22:53 on and scored to 01:53: three hours are over. One prediction was withdrawn above.
    const { rows } = await pool.query(
      'select feature, observations::int, psi > 0 as apart from drift order by feature',
    );
    expect(rows).toEqual([
      { feature: 'return_5', observations: 126, apart: true },
      { feature: 'rsi_14', observations: 126, apart: true },
    ]);
    expect((await pool.query('select distinct state from drift_states')).rows).toEqual([{ state: 'ok' }]);
  });
});
