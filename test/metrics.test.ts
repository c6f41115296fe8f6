import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import pino from 'pino';
import { Registry } from 'prom-client';
import { createReadPool } from '../api/database.ts';
import { databaseMetrics } from '../api/metrics/databaseMetrics.ts';
import { HopMetrics } from '../api/metrics/hopMetrics.ts';
import { MEASURED } from '../api/metrics/measured.ts';
import { followHops } from '../cli/hops.ts';
import { loadCatalog } from '../engine/catalog/catalog.ts';
import { Engine } from '../engine/engine.ts';
import { waitFor } from './support/cli.ts';
import { type TestDatabase, testDatabase } from './support/database.ts';

// What /metrics reads from the database, on the views as they are.

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);

let database: TestDatabase;
let owner: pg.Pool;
let pool: pg.Pool;
let engine: Engine;
let now = START + 20 * MINUTE;
const clock = { now: () => now };
const log: unknown[] = [];
const logger = pino({ level: 'warn' }, { write: (line: string) => log.push(JSON.parse(line)) });

beforeAll(async () => {
  database = await testDatabase();
  owner = new pg.Pool({ connectionString: database.url, max: 2 });
  engine = await Engine.open({ url: database.url, catalog: await loadCatalog('sql') });
  pool = createReadPool({ url: database.analystUrl, statementTimeoutMs: 60_000 });
});

afterAll(async () => {
  await engine?.stop();
  await pool?.end();
  await owner?.end();
  await database?.drop();
});

const at = (minutes: number): string => new Date(START + minutes * MINUTE).toISOString();

/** Trades of a market, one a minute, received half a second after they happened; the id is the minute. */
async function trade(from: number, to: number): Promise<void> {
  await owner.query(
    `insert into trades select 'kraken', 'BTC/USD', n, $1::timestamptz + n * interval '1 minute', 100, 1, 'buy', $1::timestamptz + n * interval '1 minute' + interval '500 ms'
     from generate_series($2::int, $3::int) as n`,
    [at(0), from, to],
  );
}

async function shown(registry: Registry): Promise<readonly string[]> {
  return (await registry.metrics()).split('\n');
}

test('every query runs as the read-only role on an empty database, and fails nowhere', async () => {
  const registry = new Registry();
  databaseMetrics(registry, { pool, clock, logger });
  const lines = await shown(registry);
  expect(log).toEqual([]);
  for (const { name } of MEASURED) expect(lines).toContain(`# TYPE ${name} gauge`);
  expect(lines.find((line) => line.startsWith('tickwave_database_size_bytes '))).toMatch(/ \d{7,}$/);
});

test('what the database knows, with its labels', async () => {
  await trade(1, 10);
  await owner.query(`
    insert into trade_gaps (exchange, symbol, from_id, to_id, missing, repaired, status) values ('kraken', 'BTC/USD', 11, 15, 5, 2, 'detected');
    insert into models (name, version, alias, trained_to) values ('m', 3, 'champion', '${at(-50)}'), ('m', 2, null, '${at(-50)}');
    update models set changed_features = '["rsi_14"]' where version = 3;
    insert into drift_checks (model, version, feature, checked_through, state) values ('m', 3, 'a', '${at(0)}', 'ok'), ('m', 3, 'b', '${at(0)}', 'drifted');
    insert into scoring_progress (model, version, exchange, symbol, scored_through) values ('m', 3, 'kraken', 'BTC/USD', '${at(7)}');
    insert into job_runs (kind, run, state) values ('train', 1, 'failed'), ('train', 2, 'done');
    insert into dead_letters (source, place) values ('kraken', '1'), ('kraken', '2');
    insert into alerts (rule, subject, episode, severity, state) values ('slow', '', 1, 'critical', 'firing');
    insert into alert_deliveries (rule, subject, episode, event, destination, state) values ('slow', '', 1, 'firing', 'desk', 'sent');
    insert into predictions (exchange, symbol, window_start, horizon_minutes, model, version, latency_ms)
      select 'kraken', 'BTC/USD', '${at(0)}'::timestamptz + n * interval '1 minute', 5, 'm', 3, case when n < 5 then null else 40 end from generate_series(1, 8) as n`);
  await engine.refresh();
  const registry = new Registry();
  databaseMetrics(registry, { pool, clock, logger });
  const lines = await shown(registry);
  for (const line of [
    'tickwave_market_last_minute_trades{exchange="kraken",symbol="BTC/USD"} 1',
    'tickwave_gaps_open{exchange="kraken",symbol="BTC/USD"} 1',
    'tickwave_gaps_missing_trades{exchange="kraken",symbol="BTC/USD"} 3',
    'tickwave_model_age_seconds{model="m",version="3",alias="champion"} 3600',
    'tickwave_model_features_changed{model="m",version="3",alias="champion"} 1',
    'tickwave_drift_features{model="m",version="3",state="drifted"} 1',
    'tickwave_drift_features{model="m",version="3",state="warning"} 0',
    'tickwave_scoring_lag_seconds{model="m",version="3",exchange="kraken",symbol="BTC/USD"} 120',
    'tickwave_job_last_run{kind="train",state="done"} 1',
    'tickwave_job_last_run{kind="train",state="failed"} 0',
    'tickwave_dead_letters{source="kraken"} 2',
    'tickwave_alerts_firing{severity="critical"} 1',
    'tickwave_alert_deliveries{destination="desk",state="sent"} 1',
    'tickwave_prediction_latency_seconds_count{model="m"} 4',
    'tickwave_prediction_latency_seconds_bucket{le="0.025",model="m"} 0',
    'tickwave_prediction_latency_seconds_bucket{le="0.05",model="m"} 4',
  ])
    expect(lines).toContain(line);
  expect(lines.filter((line) => line.startsWith('tickwave_market_event_age_seconds{'))).toHaveLength(1);
});

test('is read once in ten seconds, and each prediction is counted once', async () => {
  const registry = new Registry();
  databaseMetrics(registry, { pool, clock, logger });
  const counts = async (): Promise<readonly string[]> =>
    (await shown(registry)).filter((line) =>
      /^tickwave_(prediction_latency_seconds_count|dead_letters\{)/.test(line),
    );
  const first = await counts();
  await owner.query(
    `insert into predictions (exchange, symbol, window_start, horizon_minutes, model, version, latency_ms) values ('kraken', 'BTC/USD', '${at(9)}', 5, 'm', 3, 40);
     insert into dead_letters (source, place) values ('kraken', '3')`,
  );
  now += 9_999;
  expect(await counts()).toEqual(first);
  now += 1;
  expect(await counts()).toEqual([
    'tickwave_dead_letters{source="kraken"} 3',
    'tickwave_prediction_latency_seconds_count{model="m"} 5',
  ]);
  now += 10_000;
  expect((await counts())[1]).toBe('tickwave_prediction_latency_seconds_count{model="m"} 5');
});

test('what cannot be read has no series, is counted and logged; the others are there', async () => {
  await owner.query('alter view dead_letter_counts rename to elsewhere');
  try {
    const registry = new Registry();
    databaseMetrics(registry, { pool, clock, logger });
    const lines = await shown(registry);
    expect(lines.filter((line) => line.startsWith('tickwave_dead_letters{'))).toEqual([]);
    expect(lines).toContain('tickwave_alerts_firing{severity="critical"} 1');
    expect(log).toEqual([expect.objectContaining({ metric: 'tickwave_dead_letters' })]);
    expect(await shown(registry)).toContain(
      'tickwave_metrics_failed_reads_total{metric="tickwave_dead_letters"} 1',
    );
  } finally {
    await owner.query('alter view elsewhere rename to dead_letter_counts');
  }
});

test('each hop from the exchange to the views', async () => {
  const registry = new Registry();
  const metrics = new HopMetrics(registry, { pool, clock, logger });
  const end = followHops(
    {
      onEngine(listener) {
        listener(engine);
        return () => {};
      },
    },
    metrics,
  );
  const count = async (name: string): Promise<number> => {
    const line = (await shown(registry)).find((one) => one.startsWith(`tickwave_${name}_count`));
    return Number(line?.split(' ').at(-1) ?? 0);
  };
  // The first refreshes after the following has begun may bring nothing: trades come until they are seen.
  let id = 20;
  now = START + 20 * MINUTE + 2_500;
  while ((await count('received_to_refreshed_seconds')) === 0 && id < 300) {
    await trade(id, id);
    // Each is received two seconds before now.
    now = START + id * MINUTE + 2_500;
    id += 1;
    await engine.refresh();
  }
  end();
  const lines = await shown(registry);
  const upTo = (hop: string, seconds: string): string | undefined =>
    lines
      .find((line) => line.startsWith(`tickwave_${hop}_seconds_bucket{le="${seconds}"`))
      ?.split(' ')
      .at(-1);
  expect([upTo('exchange_to_received', '0.25'), upTo('received_to_refreshed', '1')]).toEqual(['0', '0']);
  expect([upTo('exchange_to_received', '0.5'), upTo('received_to_refreshed', '2.5')]).toEqual([
    upTo('exchange_to_received', '+Inf'),
    upTo('received_to_refreshed', '+Inf'),
  ]);
  expect(Number(upTo('exchange_to_received', '0.5'))).toBeGreaterThan(0);
  expect(await count('refresh_duration_seconds')).toBeGreaterThan(0);
});

test('how long what was written waits for the views', async () => {
  const registry = new Registry();
  const end = followHops(
    {
      onEngine(listener) {
        listener(engine);
        return () => {};
      },
    },
    new HopMetrics(registry, { pool, clock, logger }),
  );
  await engine.start();
  // A write that the engine finds before it hears of it has caused no refresh: trades come until one has.
  let id = 400;
  const counted = await waitFor('a refresh that a write has caused', async () => {
    await trade(id, id);
    id += 1;
    const lines = await shown(registry);
    return lines.find((line) => /^tickwave_stored_to_refreshed_seconds_count [1-9]/.test(line)) ?? null;
  });
  end();
  // The last of them may not be in the views yet: the next to follow would measure it.
  await engine.refresh();
  expect(counted).toBeDefined();
  const sum = (await shown(registry)).find((line) =>
    line.startsWith('tickwave_stored_to_refreshed_seconds_sum'),
  );
  // By the engine's own clock: a refresh takes some time.
  expect(Number(sum?.split(' ')[1])).toBeGreaterThan(0);
});

test('from arrival to the database, and from a prediction to the streams', async () => {
  const registry = new Registry();
  const real = { now: () => Date.now() };
  const end = followHops(
    {
      onEngine(listener) {
        listener(engine);
        return () => {};
      },
    },
    new HopMetrics(registry, { pool, clock: real, logger }),
  );
  const hops = ['received_to_stored', 'scored_to_served'];
  const value = (lines: readonly string[], hop: string, part: string): number => {
    const line = lines.find((one) => one.startsWith(`tickwave_${hop}_seconds_${part}`));
    return Number(line?.split(' ').at(-1) ?? 0);
  };
  // Received, and made, an hour before it is stored. What comes between two refreshes is timed by its first write, which may
  // have been in the refresh before: against an hour that is little.
  const before = 3600;
  let id = 1_000_000;
  await waitFor('both to be measured', async () => {
    id += 1;
    await owner.query(
      `insert into trades values ('kraken', 'BTC/USD', ${id}, now() - interval '${before + 1} seconds', 100, 1, 'buy', now() - interval '${before} seconds');
       insert into predictions (exchange, symbol, window_start, horizon_minutes, model, version, made_at)
         values ('kraken', 'BTC/USD', date_trunc('minute', now()), ${id}, 'm', 3, now() - interval '${before} seconds')`,
    );
    const lines = await shown(registry);
    return hops.every((hop) => value(lines, hop, 'count') > 0);
  });
  end();
  // What is still being measured may come in between two looks.
  const lines = await shown(registry);
  for (const hop of hops) {
    const mean = value(lines, hop, 'sum') / value(lines, hop, 'count');
    expect([hop, mean >= before - 60, mean < before + 60]).toEqual([hop, true, true]);
  }
  expect(lines).toContainEqual(
    expect.stringMatching(/^tickwave_scored_to_served_seconds_bucket\{le="2.5",model="m"\} 0$/),
  );
});
