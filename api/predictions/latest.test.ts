import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type TestApi, testApi } from '../fixtures/harness.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api.stop());

test('the champion, and the end of the minute that is predicted', async () => {
  const { body } = await api.get('/v1/predictions/BTC-USD');
  expect(body.data).toEqual([
    expect.objectContaining({
      symbol: 'BTC/USD',
      window_start: '2024-06-01T01:38:00Z',
      predicts_for: '2024-06-01T01:44:00.000Z',
      horizon_minutes: 5,
      model: 'return-5m',
      version: 2,
      base_price: '68098.50',
      predicted_price: '68166.50',
      direction_probability: 0.6,
      late: false,
    }),
  ]);
  expect((await api.get('/v1/predictions?exchange=kraken&horizon=5')).body.data).toEqual(body.data);
  expect((await api.get('/v1/predictions?horizon=15')).body.data).toEqual([]);
  expect((await api.get('/v1/predictions/ETH-USD?exchange=kraken')).body.data).toEqual([]);
  expect((await api.get('/v1/predictions/BTC-USD?model=other')).body.data).toEqual([]);
});

test('the short form answers the same', async () => {
  for (const query of ['', '?horizon=5', '?as_of=2024-06-01T01:00:00Z', '?horizon=x']) {
    const [long, short] = await Promise.all(
      ['/v1/predictions', '/predictions'].map((path) => api.get(`${path}/BTC-USD${query}`)),
    );
    expect([short?.status, short?.body.data, short?.body.code]).toEqual([
      long?.status,
      long?.body.data,
      long?.body.code,
    ]);
  }
});

test('as it was known then: the champion of that time', async () => {
  const at = async (time: string) =>
    (await api.get(`/v1/predictions/BTC-USD?as_of=${time}`)).body.data.map(
      (row: { version: number; window_start: string }) => [row.version, row.window_start],
    );
  expect(await at('2024-06-01T00:59:59Z')).toEqual([[1, '2024-06-01T00:58:00Z']]);
  expect(await at('2024-06-01T01:00:00Z')).toEqual([[2, '2024-06-01T00:58:00Z']]);
  expect(await at('2024-06-01T00:00:30Z')).toEqual([]);
});

test('a new one is served within a quarter of a second', async () => {
  await api.get('/v1/predictions/BTC-USD');
  await api.owner.query(
    `insert into predictions (exchange, symbol, window_start, horizon_minutes, model, version, base_price, made_at)
     values ('kraken', 'BTC/USD', '2024-06-01 01:39:00+00', 5, 'return-5m', 2, 1.5, '2024-06-01 01:40:01+00')`,
  );
  const newest = async () => (await api.get('/v1/predictions/BTC-USD')).body.data[0].window_start;
  expect(await newest()).toBe('2024-06-01T01:38:00Z');
  api.time += 250;
  expect(await newest()).toBe('2024-06-01T01:39:00Z');
});
