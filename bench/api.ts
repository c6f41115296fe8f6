import { mkdtempSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import pino from 'pino';
import { Registry } from 'prom-client';
import { addKey } from '../api/access/keyFile.ts';
import { openGate } from '../api/access/openGate.ts';
import { createApi } from '../api/app.ts';
import { createReadPool } from '../api/database.ts';
import { listen } from '../api/listen.ts';
import { EngineChanges } from '../cli/changes.ts';
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

/** Four days of minutes end here, and the newest predictions are from the hours before. */
const END = '2026-06-05 00:00:00+00';
/** Windows before it are settled. */
const CLOSED = '2026-06-02';

/**
 * Requests a second and their latency, from a client in a thread of its own on the same machine, over sql/ as the engine keeps it.
 * The API is as it is served to others: it asks for keys, counts requests, measures them, and is told what changes.
 */
export async function benchApi(seconds: number): Promise<unknown> {
  const rig = await openRig();
  const folder = mkdtempSync(join(tmpdir(), 'tickwave-bench-api-'));
  const pool = createReadPool({ url: rig.url });
  const changes = new EngineChanges({
    onEngine: (listener) => {
      listener(rig.engine);
      return () => {};
    },
  });
  try {
    await fill(rig);
    const keyFile = join(folder, 'keys.json');
    const key = addKey(keyFile, { name: 'bench', scopes: ['read'], rate: null }, systemClock.now());
    const logger = pino({ level: 'error' });
    const door = { host: '0.0.0.0', keyFile, keys: 'auto', origins: [], clock: systemClock, logger } as const;
    const api = createApi({
      ...{ pool, logger, changes, clock: systemClock, gate: openGate(door), registry: new Registry() },
      limits: { perKey: 1e9, perAddress: 1e9 },
      status: async () => ({ state: 'running', refreshLagMs: 0 }) as const,
    });
    const served = await listen(api, 0);
    const bare = await listen(nothing, 0);
    const ask = (path: string, connections: number) => measure(served.url, path, connections, seconds, key);
    const figures = {
      latest_prediction: await ask('/v1/predictions/BTC-USD', 16),
      candles_of_1000_rows: await ask('/v1/candles/BTC-USD?limit=1000', 8),
      candles_of_1000_closed_rows: await ask(`/v1/candles/BTC-USD?limit=1000&to=${CLOSED}`, 8),
      health: await ask('/health', 16),
      nothing_but_http: await measure(bare.url, '/', 16, seconds, key),
    };
    await Promise.all([served.stop(), bare.stop()]);
    return figures;
  } finally {
    changes.stop();
    await pool.end();
    await rig.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const SIZE_OF_A_PREDICTION = 1_200;
const BODY = Buffer.alloc(SIZE_OF_A_PREDICTION, ' ');

/** What Node itself can do with an answer of that size: the ceiling. */
const nothing: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': BODY.length });
  response.end(BODY);
};

/** Twenty markets with a day of minutes, the first with four, three champions that have predicted each of the last hours. */
async function fill({ client, engine }: Rig): Promise<void> {
  await client.query(`
    insert into trades
    select 'kraken', symbol, n, timestamptz '${END}' - n * interval '30 seconds', 68000 + (n % 97) * 0.5, 0.01, 'buy', now()
    from generate_series(1, 4 * 2880) as n
    cross join (select case when m = 0 then 'BTC/USD' else 'C' || m || '/USD' end as symbol from generate_series(0, 19) as m) as markets
    where n <= 2880 or symbol = 'BTC/USD'`);
  await engine.refresh();
  await client.query(`
    insert into models (name, version, alias, algorithm, horizon_minutes, metrics, created_at)
    select 'return-' || horizon || 'm', 1, 'champion', 'ridge', horizon, '{}', now() from unnest(array[5, 15, 60]) as horizon;
    insert into predictions
    select exchange, symbol, window_start, horizon_minutes, name, version, close, 0.001, close, close - 1, close + 1, 0.8, 0.5,
      window_start + interval '61 seconds', 900, 'hash', '[]', false
    from candles_1m cross join models
    where window_start >= timestamptz '${END}' - interval '6 hours'`);
  await engine.refresh();
  await client.query('vacuum analyze');
}

async function measure(
  url: string,
  path: string,
  connections: number,
  seconds: number,
  key: string,
): Promise<Figures> {
  const headers = { authorization: `Bearer ${key}` };
  const options = { url: url + path, connections, headers, workers: 1 };
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
