import { expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { guardedApi } from '../fixtures/guarded.ts';
import { testApi } from '../fixtures/harness.ts';
import type { FeedsReport } from '../schemas/feeds.ts';

const feeds = (): FeedsReport => ({
  ...{ kind: 'live', detail: 'live kraken', news: null, kafka: null },
  markets: [
    {
      ...{ exchange: 'kraken', symbol: 'BTC/USD', state: 'live', words: null, open_gaps: 2, backfilled: 1 },
      ...{ last_trade_at: '2024-06-01T00:00:00Z', complete_to: null },
      ...{ landed: 7, duplicates: 2, repaired: 1, permanent: 0 },
    },
  ],
});

test('requests by route, the engine and the feeds, by the names of the conventions', async () => {
  const registry = new Registry();
  const status = async () => ({ state: 'running', refreshLagMs: 1_500 }) as const;
  const api = await testApi({ registry, feeds, status });
  for (const path of [
    '/v1/candles/BTC-USD',
    '/v1/candles/ETH-USD',
    '/v1/candles/NO-USD',
    '/nothing/a',
    '/nothing/b',
  ])
    await api.get(path);
  // Counters are those of the feeds, however often somebody looks.
  await api.get('/metrics');
  const { headers, body } = await api.get('/metrics');
  expect(headers.get('content-type')).toContain('text/plain');
  const { paths } = (await api.get('/openapi.json')).body;
  expect(paths['/metrics'].get.responses['200'].content).toEqual({
    'text/plain': { schema: { type: 'string' } },
  });
  expect((await api.get('/metrics', { method: 'POST' })).status).toBe(405);
  for (const line of [
    'tickwave_http_request_duration_seconds_count{method="GET",route="/v1/candles/:symbol",status="200"} 1',
    'tickwave_http_request_duration_seconds_count{method="GET",route="/v1/candles/:symbol",status="404"} 1',
    'tickwave_http_request_duration_seconds_count{method="GET",route="none",status="404"} 2',
    'tickwave_refresh_lag_seconds 1.5',
    'tickwave_engine_up 1',
    'tickwave_feed_state{exchange="kraken",symbol="BTC/USD",state="live"} 1',
    'tickwave_feed_state{exchange="kraken",symbol="BTC/USD",state="halted"} 0',
    'tickwave_feed_open_gaps{exchange="kraken",symbol="BTC/USD"} 2',
    'tickwave_feed_landed_trades_total{exchange="kraken",symbol="BTC/USD"} 7',
    'tickwave_feed_duplicate_trades_total{exchange="kraken",symbol="BTC/USD"} 2',
    'tickwave_feed_repaired_trades_total{exchange="kraken",symbol="BTC/USD"} 1',
    'tickwave_feed_last_trade_timestamp_seconds{exchange="kraken",symbol="BTC/USD"} 1717200000',
  ])
    expect(body.split('\n')).toContain(line);
  await api.stop();
});

test('are not shown to strangers, nor where nobody keeps them', async () => {
  const guarded = await guardedApi({ registry: new Registry() });
  expect((await guarded.get('/metrics')).status).toBe(401);
  expect((await guarded.as(guarded.readKey, '/metrics')).status).toBe(200);
  await guarded.stop();
  const without = await testApi();
  expect((await without.get('/metrics')).status).toBe(404);
  await without.stop();
});
