import autocannon from 'autocannon';
import pino from 'pino';
import { createApi } from '../api/app.ts';
import { createReadPool } from '../api/database.ts';
import { listen } from '../api/listen.ts';
import { systemClock } from '../engine/clock.ts';
import { openRig, type Rig } from './rig.ts';

interface Figures {
  readonly path: string;
  readonly connections: number;
  readonly seconds: number;
  readonly requests_per_second: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly max_ms: number;
  readonly not_200: number;
  readonly bytes_per_answer: number;
}

/** Requests a second and their latency, from a client in a thread of its own on the same machine, over sql/ as the engine keeps it. */
export async function benchApi(seconds: number): Promise<unknown> {
  const rig = await openRig();
  try {
    await fill(rig);
    const pool = createReadPool({ url: rig.url });
    const logger = pino({ level: 'warn' });
    const status = async () => ({ state: 'running', refreshLagMs: 0 }) as const;
    const served = await listen(createApi({ pool, logger, status, clock: systemClock }), 0);
    const latest = await measure(served.url, '/v1/predictions/BTC-USD', 16, seconds);
    const candles = await measure(served.url, '/v1/candles/BTC-USD?limit=1000', 8, seconds);
    const health = await measure(served.url, '/health', 16, seconds);
    await served.stop();
    await pool.end();
    return { latest_prediction: latest, candles_of_1000_rows: candles, nothing_but_http: health };
  } finally {
    await rig.close();
  }
}

/** Twenty markets with a day of minutes, three champions that have predicted each of the last hours. */
async function fill({ client, engine }: Rig): Promise<void> {
  await client.query(`
    insert into trades
    select 'kraken', symbol, n, timestamptz '2026-06-01 00:00:00+00' + n * interval '30 seconds', 68000 + (n % 97) * 0.5, 0.01, 'buy', now()
    from generate_series(0, 2 * 1440 - 1) as n
    cross join (select case when m = 0 then 'BTC/USD' else 'C' || m || '/USD' end as symbol from generate_series(0, 19) as m) as markets`);
  await engine.refresh();
  await client.query(`
    insert into models (name, version, alias, algorithm, horizon_minutes, metrics, created_at)
    select 'return-' || horizon || 'm', 1, 'champion', 'ridge', horizon, '{}', now() from unnest(array[5, 15, 60]) as horizon;
    insert into predictions
    select exchange, symbol, window_start, horizon_minutes, name, version, close, 0.001, close, close - 1, close + 1, 0.8, 0.5,
      window_start + interval '61 seconds', 900, 'hash', '[]', false
    from candles_1m cross join models
    where window_start >= '2026-06-01 18:00:00+00'`);
  await engine.refresh();
  await client.query('vacuum analyze');
}

async function measure(url: string, path: string, connections: number, seconds: number): Promise<Figures> {
  const options = { url: url + path, connections, workers: 1 };
  await autocannon({ ...options, duration: 2 });
  const result = await autocannon({ ...options, duration: seconds });
  const good = result['2xx'];
  return {
    path,
    connections,
    seconds: result.duration,
    requests_per_second: Math.round(good / result.duration),
    p50_ms: result.latency.p50,
    p99_ms: result.latency.p99,
    max_ms: result.latency.max,
    not_200: result.non2xx + result.errors + result.timeouts,
    bytes_per_answer: Math.round(result.throughput.total / Math.max(1, result.requests.total)),
  };
}
