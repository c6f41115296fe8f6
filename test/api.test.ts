import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import pino from 'pino';
import { createApi } from '../api/app.ts';
import { clientTypes, type Document } from '../api/client/generate/types.ts';
import { createReadPool } from '../api/database.ts';
import { type Listening, listen } from '../api/listen.ts';
import { routes } from '../api/routes/all.ts';
import { loadCatalog } from '../engine/catalog/catalog.ts';
import { systemClock } from '../engine/clock.ts';
import { Engine } from '../engine/engine.ts';
import { type TestDatabase, testDatabase } from './support/database.ts';

// The API over the views of sql/ as the engine keeps them, asked as the read-only role.
let database: TestDatabase;
let engine: Engine;
let owner: pg.Client;
let pool: pg.Pool;
let api: Listening;

beforeAll(async () => {
  database = await testDatabase();
  engine = await Engine.open({ url: database.url, catalog: await loadCatalog('sql') });
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  // Three trades a minute for 84 minutes.
  await owner.query(`
    insert into trades
    select 'kraken', 'BTC/USD', n, timestamptz '2026-06-01 00:00:00+00' + n * interval '20 seconds',
      68000 + (n % 97) * 0.5, 0.01, case when n % 2 = 0 then 'buy' else 'sell' end, now()
    from generate_series(0, 84 * 3 - 1) as n`);
  await engine.refresh();
  pool = createReadPool({ url: database.analystUrl });
  const status = async () => ({ state: 'running', refreshLagMs: 0 }) as const;
  const logger = pino({ level: 'silent' });
  api = await listen(createApi({ pool, status, clock: systemClock, logger }), 0);
});

afterAll(async () => {
  await api?.stop();
  await pool?.end();
  await owner?.end();
  await engine?.stop();
  await database?.drop();
});

// biome-ignore lint/suspicious/noExplicitAny: the test says what it expects of the answer
const get = async (path: string): Promise<any> => (await fetch(api.url + path)).json();

test('a market and how far it has come', async () => {
  expect(await get('/v1/markets')).toMatchObject({
    data: [
      {
        exchange: 'kraken',
        symbol: 'BTC/USD',
        base_asset: 'BTC',
        event_time: '2026-06-01T01:23:40Z',
        closed_before: '2026-06-01T01:23:35Z',
      },
    ],
  });
});

test.each(['1m', '5m', '15m', '1h', '1d'])(
  'candles of %s are those of the database, digit for digit',
  async (timeframe) => {
    const { data } = await get(
      `/v1/candles/BTC-USD?timeframe=${timeframe}&order=asc&fields=open,high,low,close,volume,notional,vwap,trades`,
    );
    const { rows } = await owner.query(
      `select open::text, high::text, low::text, close::text, volume::text, notional::text, vwap::text, trades::int
     from candles where timeframe = $1 order by window_start`,
      [timeframe],
    );
    expect(data).toEqual(rows);
    expect(data.length).toBeGreaterThan(0);
  },
);

test('indicators and features have every column of their view', async () => {
  for (const view of ['indicators', 'features']) {
    const { data } = await get(`/v1/${view}/BTC-USD?limit=1`);
    const { fields } = await owner.query(`select * from ${view} limit 0`);
    expect(Object.keys(data[0])).toEqual(fields.map((field) => field.name));
  }
});

test('not ready while it warms up, by the reach that the SQL states', async () => {
  expect(await get('/ready')).toMatchObject({
    code: 'not_ready',
    reasons: ['BTC/USD on kraken: warming up: 84 of 600 minutes'],
  });
});

test('the document tells each column in the words of the SQL', async () => {
  const document = await get('/openapi.json');
  for (const path of [
    '/v1/candles/{symbol}',
    '/v1/indicators/{symbol}',
    '/v1/features/{symbol}',
    '/v1/markets',
  ]) {
    const { properties } =
      document.paths[path].get.responses['200'].content['application/json'].schema.properties.data.items;
    const silent = Object.entries<{ description?: string }>(properties).filter(
      ([, schema]) => !schema.description,
    );
    expect(silent).toEqual([]);
  }
});

test('the client has the types of today (npm run client-types writes them anew)', async () => {
  const document: Document = await get('/openapi.json');
  const paths = routes.map(({ path }) => path);
  const written = readFileSync(new URL('../api/client/paths.ts', import.meta.url), 'utf8');
  expect(written.split('\n')).toEqual(clientTypes(document, paths).split('\n'));
});

test('a refusal that is long enough to be packed arrives whole', async () => {
  const response = await fetch(`${api.url}/v1/indicators/BTC-USD?fields=nope`);
  expect(response.headers.get('content-encoding')).toBe('gzip');
  expect([response.status, await response.json()]).toEqual([
    400,
    expect.objectContaining({ code: 'unknown_column', detail: expect.stringContaining('rsi_14') }),
  ]);
});
