import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type TestApi, testApi } from '../fixtures/harness.ts';
import { RestClient } from './rest.ts';

let api: TestApi;
let rest: RestClient;
beforeAll(async () => {
  api = await testApi();
  rest = new RestClient({ url: api.url });
});
afterAll(() => api.stop());

test('rows come page after page, each once', async () => {
  const found: string[] = [];
  for await (const { window_start, close } of rest.rows('/v1/candles/{symbol}', {
    symbol: 'BTC-USD',
    limit: 7,
    order: 'asc',
  }))
    found.push(`${window_start} ${close}`);
  const { rows } = await api.owner.query<{ count: number }>(
    "select count(*)::int as count from candles where symbol = 'BTC/USD' and timeframe = '1m'",
  );
  expect(found).toHaveLength(rows[0]?.count ?? 0);
  expect(found.length).toBeGreaterThan(7);
  expect(found).toEqual([...new Set(found)].sort());
});

test('what is not asked for is not sent, and a refusal is an error with its code', async () => {
  const query = { symbol: 'BTC-USD', exchange: undefined, fields: 'window_start', limit: 1 };
  expect(Object.keys((await rest.get('/v1/candles/{symbol}', query)).data[0] ?? {})).toEqual([
    'window_start',
  ]);
  await expect(rest.get('/v1/candles/{symbol}', { symbol: 'NOPE-USD' })).rejects.toMatchObject({
    name: 'TickwaveError',
    code: 'unknown_market',
    retryable: false,
  });
});
