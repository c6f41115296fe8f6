import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import express from 'express';
import pg from 'pg';
import pino from 'pino';
import { createApi } from './app.ts';
import type { EngineStatus } from './context.ts';
import { createReadPool } from './database.ts';
import { type TestApi, testApi } from './fixtures/harness.ts';
import { ListenError, listen } from './listen.ts';

describe('readiness', () => {
  let api: TestApi;
  let engine: EngineStatus | Error = { state: 'running', refreshLagMs: 3 };
  beforeAll(async () => {
    api = await testApi({
      status: async () => {
        if (engine instanceof Error) throw engine;
        return engine;
      },
    });
  });
  afterAll(() => api.stop());

  test('health says that the process lives', async () => {
    expect((await api.get('/health')).body).toEqual({ status: 'ok', uptime_seconds: 0 });
  });

  test('while every market warms up, each says how far it is', async () => {
    const { status, body, headers } = await api.get('/ready');
    expect([status, body.code, body.retryable, headers.get('retry-after')]).toEqual([
      503,
      'not_ready',
      true,
      '1',
    ]);
    expect(body.reasons).toEqual([
      'ETH/USD on coinbase: warming up: 0 of 280 minutes',
      'BTC/USD on kraken: warming up: 100 of 280 minutes',
      'ETH/USD on kraken: warming up: 0 of 280 minutes',
    ]);
  });

  test('minutes that are missing are not called a warm-up; without the comment that says the reach, neither is known', async () => {
    await api.owner.query(
      "update trend set reach_rows = 280; comment on column trend.reach_rows is 'no number'",
    );
    api.time += 1_001;
    expect((await api.get('/ready')).body.reasons).toContain(
      'BTC/USD on kraken: minutes are missing in the last 280',
    );
    api.time += 11_000;
    const { body } = await api.get('/ready');
    expect(body.reasons).toContain(
      'BTC/USD on kraken: warming up, or minutes are missing: 280 minutes so far',
    );
  });

  test('one complete market is enough; the others are notes', async () => {
    await api.owner.query('update trend set reach_complete = true');
    api.time += 1_001;
    const { status, body } = await api.get('/ready');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'ready',
      markets: 1,
      notes: [expect.stringContaining('coinbase'), expect.any(String)],
    });
  });

  test.each([
    [{ state: 'running', refreshLagMs: 3_200 }, 'engine: refresh lag 3.2 s'],
    [
      { state: 'starting', refreshLagMs: null, detail: 'building indicators' },
      'engine: starting: building indicators',
    ],
    [new Error('secret'), 'engine: does not answer'],
  ] as const)('an engine that lags, starts or fails is a reason', async (state, reason) => {
    engine = state;
    const { status, body } = await api.get('/ready');
    expect([status, body.detail]).toEqual([503, reason]);
  });
});

describe('faults', () => {
  const parts = {
    status: async () => ({ state: 'running', refreshLagMs: null }) as const,
    clock: { now: () => 0 },
    logger: pino({ level: 'silent' }),
  };

  test('without a database: problems that may be tried again, and a live process', async () => {
    const pool = createReadPool({ url: 'postgresql://analyst:secret@127.0.0.1:1/none' });
    const served = await listen(createApi({ ...parts, pool }), 0);
    const [candles, ready, health] = await Promise.all(
      ['/v1/candles/BTC-USD', '/ready', '/health'].map((path) => fetch(served.url + path)),
    );
    expect(candles?.status).toBe(503);
    const body = await candles?.text();
    expect(JSON.parse(body ?? '')).toMatchObject({ code: 'database_unreachable', retryable: true });
    expect(body).not.toMatch(/secret|ECONNREFUSED|127\.0\.0\.1/);
    expect(await ready?.json()).toMatchObject({ reasons: ['database unreachable'] });
    expect(health?.status).toBe(200);
    await served.stop();
    await pool.end();
  });

  test('before the SQL is applied, and when a query is too slow', async () => {
    const api = await testApi({}, 'select 1');
    expect((await api.get('/v1/markets')).body).toMatchObject({ status: 503, code: 'view_missing' });
    expect((await api.get('/ready')).body).toMatchObject({ reasons: ['views are not applied yet'] });
    await api.owner.query(`
      create view markets as select 'x' as exchange, pg_sleep(60)::text as symbol;
      create table watermarks (exchange text, symbol text, event_time timestamptz, closed_before timestamptz)`);
    const pool = createReadPool({ url: api.database.analystUrl, statementTimeoutMs: 50 });
    const served = await listen(createApi({ ...parts, pool }), 0);
    expect(await (await fetch(`${served.url}/v1/markets`)).json()).toMatchObject({
      status: 503,
      code: 'query_timeout',
    });
    await served.stop();
    await pool.end();
    await api.stop();
  });

  test('sessions that the database ended are replaced', async () => {
    const api = await testApi();
    expect((await api.get('/v1/markets')).status).toBe(200);
    const { rowCount: ended } = await api.owner.query(
      "select pg_terminate_backend(pid, 30000) from pg_stat_activity where application_name = 'tickwave-api' and datname = current_database()",
    );
    // Each of the ended ones can fail one request, and no more.
    const statuses: number[] = [];
    while (!statuses.includes(200)) {
      statuses.push((await api.get('/v1/markets')).status);
      expect([200, 503]).toContain(statuses.at(-1));
      expect(statuses.length).toBeLessThanOrEqual(Number(ended) + 1);
    }
    await api.stop();
  });

  test('too many waiting requests are turned away, with a time to come back', async () => {
    const api = await testApi({ maxWaiting: 0 });
    const reply = await api.get('/v1/markets');
    expect([reply.status, reply.body.code, reply.headers.get('retry-after')]).toEqual([
      503,
      'overloaded',
      '1',
    ]);
    expect((await api.get('/health')).status).toBe(200);
    await api.stop();
  });

  test('an unforeseen error tells nothing but its id', async () => {
    const pool = new pg.Pool();
    Object.assign(pool, {
      query: async () => {
        throw new TypeError('internal secret');
      },
    });
    const served = await listen(createApi({ ...parts, pool }), 0);
    const reply = await fetch(`${served.url}/v1/markets`);
    const body = await reply.text();
    expect(body).not.toContain('secret');
    expect(JSON.parse(body)).toMatchObject({
      status: 500,
      code: 'internal',
      request_id: reply.headers.get('x-request-id'),
    });
    await served.stop();
    await pool.end();
  });
});

describe('listening', () => {
  test('a taken port is named', async () => {
    const first = await listen(express(), 0);
    await expect(listen(express(), first.port)).rejects.toThrow(ListenError);
    await expect(listen(express(), first.port)).rejects.toThrow(
      `127.0.0.1:${first.port}: the port is in use`,
    );
    await first.stop();
  });

  test('stopping lets a running request finish and ends connections that do nothing', async () => {
    const app = express();
    let begun: () => void = () => {};
    let finish: () => void = () => {};
    const inside = new Promise<void>((resolve) => {
      begun = resolve;
    });
    app.get('/slow', (_request, response) => {
      finish = () => response.json('done');
      begun();
    });
    const served = await listen(app, 0);
    const idle = connect(served.port, '127.0.0.1');
    const idleEnded = new Promise((resolve) => idle.once('close', resolve));
    const slow = fetch(`${served.url}/slow`);
    await inside;
    const stopped = served.stop();
    finish();
    expect(await (await slow).json()).toBe('done');
    idle.destroy();
    await Promise.all([stopped, idleEnded]);
    await expect(fetch(`${served.url}/slow`)).rejects.toThrow();
  });
});
