import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { adminRoutes } from './admin/routes.ts';
import { type TestApi, testApi } from './fixtures/harness.ts';
import { routes } from './routes/all.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api.stop());

test('the document describes what the requests are checked by, and the columns of today', async () => {
  const { body } = await api.get('/openapi.json');
  expect(body.openapi).toBe('3.1.0');
  expect(Object.keys(body.paths)).toEqual([...new Set([...routes, ...adminRoutes].map(({ path }) => path))]);
  const { get } = body.paths['/v1/candles/{symbol}'];
  const limit = get.parameters.find((one: { name: string }) => one.name === 'limit');
  expect(limit).toEqual({
    name: 'limit',
    in: 'query',
    required: false,
    description: 'Rows a page, 1 to 5000',
    schema: { type: 'integer', minimum: 1, maximum: 5000, default: 500 },
  });
  expect(get.parameters[0]).toMatchObject({ name: 'symbol', in: 'path', required: true });
  const row = get.responses['200'].content['application/json'].schema.properties.data.items.properties;
  expect(row.vwap).toMatchObject({ description: 'average price weighted by volume, null without volume' });
  expect(get.responses['404'].content['application/problem+json'].schema).toEqual({
    $ref: '#/components/schemas/Problem',
  });
});

test('the document as a whole', async () => {
  expect((await api.get('/openapi.json')).body).toMatchSnapshot();
});
