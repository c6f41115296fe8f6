import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { adminRoutes } from './admin/routes.ts';
import { type GuardedApi, guardedApi } from './fixtures/guarded.ts';
import type { Reply } from './fixtures/harness.ts';
import { routes } from './routes/all.ts';

// Every answer is one that the document promises.
let api: GuardedApi;
// biome-ignore lint/suspicious/noExplicitAny: the document is what is tested
let document: any;
const ajv = new Ajv2020({ strict: false, allErrors: true });
(formats as unknown as typeof formats.default)(ajv);

beforeAll(async () => {
  api = await guardedApi();
  document = (await api.get('/openapi.json')).body;
  ajv.addSchema(document, 'document');
});
afterAll(() => api.stop());

function expectPromised(path: string, method: string, { status, headers, body }: Reply): void {
  const promised = document.paths[path]?.[method]?.responses[status];
  expect([path, method, status, promised]).toEqual([path, method, status, expect.anything()]);
  const type = (headers.get('content-type') ?? '').split(';')[0] ?? '';
  expect(Object.keys(promised.content)).toContain(type);
  if (!type.includes('json') || type.includes('ndjson')) return;
  const at = ['paths', path, method, 'responses', String(status), 'content', type, 'schema'];
  const pointer = at.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).map(encodeURIComponent);
  const check = ajv.compile({ $ref: `document#/${pointer.join('/')}` });
  check(body);
  expect([path, check.errors]).toEqual([path, null]);
}

const readable = [...routes, ...adminRoutes].filter(({ method }) => method === 'get').map(({ path }) => path);
const filled = (path: string): string =>
  path.replace('{symbol}', 'BTC-USD').replace('{kind}', 'train').replace('{run}', '2');

test.each(readable)('%s answers what is promised, good or bad', async (path) => {
  const at = filled(path);
  const asks = [
    at,
    `${at}?limit=1`,
    `${at}?limit=0`,
    `${at}?nothing=1`,
    `${at}?fields=symbol`,
    `${at}?as_of=2024-06-01`,
  ];
  for (const ask of asks) expectPromised(path, 'get', await api.as(api.adminKey, ask));
  expectPromised(path, 'get', await api.as(api.adminKey, at.replace('BTC-USD', 'NO-USD')));
  const accept = { headers: { accept: 'image/png' } };
  expectPromised(path, 'get', await api.as(api.adminKey, at, accept));
  expectPromised(path, 'get', await api.as(`${api.readKey}x`, at));
  const { rows } = routes.find((route) => route.path === path) ?? { rows: false };
  if (rows)
    for (const type of ['text/csv', 'application/x-ndjson'])
      expectPromised(path, 'get', await api.as(api.adminKey, at, { headers: { accept: type } }));
});

test('starting and calling off', async () => {
  const jobs = '/v1/admin/jobs';
  const post = (key: string, body: string, type = 'application/json') =>
    api.as(key, jobs, { method: 'POST', headers: { 'content-type': type }, body });
  for (const body of [
    '{"kind":"rollback","name":"return-5m"}',
    '{"kind":"train"}',
    '{"kind":"promote","name":"return-5m","version":9}',
    '{"kind":"x"}',
    '{',
  ])
    expectPromised(jobs, 'post', await post(api.adminKey, body));
  expectPromised(jobs, 'post', await post(api.readKey, '{}'));
  expectPromised(jobs, 'post', await post(api.adminKey, '{}', 'text/plain'));
  const job = '/v1/admin/jobs/{kind}/{run}';
  for (const run of ['rollback/1', 'train/1', 'train/99', 'train/x'])
    expectPromised(job, 'delete', await api.as(api.adminKey, `${jobs}/${run}`, { method: 'DELETE' }));
});
