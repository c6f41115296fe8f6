import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type TestApi, testApi } from './fixtures/harness.ts';
import type { FeedsReport } from './schemas/feeds.ts';

const report: FeedsReport = {
  kind: 'simulated',
  detail: 'no exchange answers, showing the SIMULATED market',
  markets: [],
  news: null,
  kafka: null,
};
let api: TestApi;
beforeAll(async () => {
  api = await testApi({ feeds: () => report });
});
afterAll(() => api.stop());

test('says where data comes from', async () => {
  expect(await api.get('/v1/feeds')).toMatchObject({ status: 200, body: report });
});

test('readiness says whether the data is real', async () => {
  const { body } = await api.get('/ready');
  expect(body.source).toEqual({ kind: 'simulated', detail: report.detail });
});
