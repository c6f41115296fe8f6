import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type TestApi, testApi } from './fixtures/harness.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api.stop());

test('markets are listed, all or of one exchange', async () => {
  const { status, body } = await api.get('/v1/markets');
  expect(status).toBe(200);
  expect(body).toEqual({
    data: [
      { exchange: 'coinbase', symbol: 'ETH/USD', base_asset: 'ETH', event_time: null, closed_before: null },
      {
        exchange: 'kraken',
        symbol: 'BTC/USD',
        base_asset: 'BTC',
        event_time: '2024-06-01T01:39:58.123456Z',
        closed_before: '2024-06-01T01:39:53.123456Z',
      },
      { exchange: 'kraken', symbol: 'ETH/USD', base_asset: 'ETH', event_time: null, closed_before: null },
    ],
    next_cursor: null,
  });
  expect((await api.get('/v1/markets?exchange=coinbase')).body.data).toHaveLength(1);
});

test('candles come newest first, decimals exact, counts as numbers, times in UTC', async () => {
  const { body } = await api.get('/v1/candles/BTC-USD?limit=1');
  expect(body.data).toEqual([
    {
      timeframe: '1m',
      exchange: 'kraken',
      symbol: 'BTC/USD',
      window_start: '2024-06-01T01:39:00Z',
      open: '68099.10',
      high: '68099.90',
      low: '68099.00',
      close: '68099.50',
      volume: '0.10000001',
      notional: '6800.05',
      vwap: '68000.5000000001',
      trades: 99,
      taker_buy_volume: null,
      known_minutes: 1,
    },
  ]);
});

test.each(['asc', 'desc'])('pages in order %s hold every row once', async (order) => {
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const next: string = cursor === null ? '' : `&cursor=${cursor}`;
    const { body } = await api.get(`/v1/candles/btc-usd?order=${order}&limit=33&fields=window_start${next}`);
    expect(body.data.length).toBeLessThanOrEqual(33);
    seen.push(...body.data.map((row: { window_start: string }) => row.window_start));
    cursor = body.next_cursor;
  } while (cursor !== null);
  expect(seen).toHaveLength(100);
  expect(seen).toEqual(order === 'asc' ? [...seen].sort() : [...seen].sort().reverse());
  expect(new Set(seen).size).toBe(100);
});

test('a page that ends with the last row has no cursor', async () => {
  expect((await api.get('/v1/candles/BTC-USD?limit=100')).body.next_cursor).toBeNull();
  expect((await api.get('/v1/candles/BTC-USD?limit=99')).body.next_cursor).not.toBeNull();
});

test('from is inclusive, to is not; days and zones are understood', async () => {
  const windows = async (range: string): Promise<string[]> =>
    (await api.get(`/v1/candles/BTC-USD?order=asc&${range}`)).body.data.map(
      (row: { window_start: string }) => row.window_start,
    );
  expect(await windows('from=2024-06-01T00:05:00Z&to=2024-06-01T00:07:00Z')).toEqual([
    '2024-06-01T00:05:00Z',
    '2024-06-01T00:06:00Z',
  ]);
  expect(await windows('from=2024-06-01T02:05:00%2B02:00&to=2024-06-01T00:06:00Z')).toEqual([
    '2024-06-01T00:05:00Z',
  ]);
  expect(await windows('from=2024-06-02')).toEqual([]);
  expect(await windows('to=2024-06-01')).toEqual([]);
});

test('columns are chosen in the order asked for', async () => {
  const { body } = await api.get('/v1/candles/BTC-USD?limit=1&fields=close,trades,close');
  expect(Object.entries(body.data[0])).toEqual([
    ['close', '68099.50'],
    ['trades', 99],
  ]);
});

test('indicators are numbers, and null where there is none', async () => {
  const { body } = await api.get('/v1/indicators/BTC-USD?timeframe=5m&order=asc&limit=1');
  expect(body.data[0]).toMatchObject({ timeframe: '5m', close: 68000.5, sma_7: null, rsi_14: null });
});

test('features have one timeframe', async () => {
  const { body } = await api.get('/v1/features/BTC-USD?limit=1');
  expect(body.data[0]).toEqual({
    exchange: 'kraken',
    symbol: 'BTC/USD',
    window_start: '2024-06-01T01:39:00Z',
    complete: true,
    close: 68099.5,
    rsi_14_5m: null,
  });
  expect((await api.get('/v1/features/BTC-USD?timeframe=1m')).body).toMatchObject({
    code: 'unknown_parameter',
    field: 'timeframe',
  });
});

test('the exchange is asked for when the symbol alone does not say it', async () => {
  const { status, body } = await api.get('/v1/candles/ETH-USD');
  expect(status).toBe(400);
  expect(body).toMatchObject({
    code: 'exchange_required',
    field: 'exchange',
    allowed: ['coinbase', 'kraken'],
  });
  expect((await api.get('/v1/candles/ETH-USD?exchange=kraken')).body).toEqual({
    data: [],
    next_cursor: null,
  });
});

test('a column that the SQL gains is served without a restart', async () => {
  await api.owner.query('alter table features add column calendar_hour double precision default 3');
  api.time += 11_000;
  expect((await api.get('/v1/features/BTC-USD?limit=1')).body.data[0]).toMatchObject({ calendar_hour: 3 });
  await api.owner.query('alter table features drop column calendar_hour');
  const { status, body } = await api.get('/v1/features/BTC-USD?limit=1');
  expect([status, body.code, body.retryable]).toEqual([503, 'view_missing', true]);
  expect((await api.get('/v1/features/BTC-USD?limit=1')).status).toBe(200);
});
