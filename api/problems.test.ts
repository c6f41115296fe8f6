import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Reply, type TestApi, testApi } from './fixtures/harness.ts';
import { PROBLEMS } from './problem.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api.stop());

function expectProblem({ status, headers, body }: Reply): void {
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(body).toMatchObject({
    status,
    type: `/problems/${body.code}`,
    title: expect.any(String),
    detail: expect.any(String),
    retryable: expect.any(Boolean),
    request_id: headers.get('x-request-id'),
  });
  expect(Object.keys(PROBLEMS)).toContain(body.code);
}

const BTC = '/v1/candles/BTC-USD';

test.each([
  [`${BTC}?limit=0`, 400, 'bad_parameter', 'limit', "'0': expected a whole number from 1 to 5000"],
  [`${BTC}?limit=5001`, 400, 'bad_parameter', 'limit', '5001'],
  [`${BTC}?limit=1e3`, 400, 'bad_parameter', 'limit', '1e3'],
  [`${BTC}?limit=`, 400, 'bad_parameter', 'limit', ''],
  [`${BTC}?limit=5&limit=6`, 400, 'bad_parameter', 'limit', 'given 2 times'],
  [`${BTC}?from=yesterday`, 400, 'bad_parameter', 'from', 'ISO 8601'],
  [`${BTC}?from=0001-01-01`, 400, 'bad_parameter', 'from', '1970'],
  [`${BTC}?order=up`, 400, 'bad_parameter', 'order', 'asc or desc'],
  [`${BTC}?timeframe=minute`, 400, 'bad_parameter', 'timeframe', '1m, 5m'],
  [`${BTC}?timeframe=7m`, 400, 'bad_parameter', 'timeframe', 'There are windows of 1m, 5m'],
  [
    `${BTC}?fields=close,nope`,
    400,
    'unknown_column',
    'fields',
    "no column 'nope'. It has timeframe, exchange",
  ],
  [`${BTC}?fields=close;drop`, 400, 'bad_parameter', 'fields', 'joined by commas'],
  [`${BTC}?tf=1m`, 400, 'unknown_parameter', 'tf', 'Known here: timeframe, exchange, from, to'],
  [`${BTC}?__proto__=1`, 400, 'unknown_parameter', '__proto__', 'Known here'],
  [`${BTC}?cursor=abc`, 400, 'bad_cursor', 'cursor', 'not one of ours'],
  ['/v1/candles/BTCUSD', 400, 'bad_parameter', 'symbol', 'as BTC-USD'],
  ['/v1/candles/DOGE-USD', 404, 'unknown_market', 'symbol', 'Known: ETH-USD on coinbase'],
  [`${BTC}?exchange=binance`, 404, 'unknown_market', 'exchange', 'BTC-USD on kraken'],
  ['/v1/candles/%00-%FF', 400, 'malformed_request', undefined, '%'],
  ['/v1/nothing', 404, 'unknown_path', undefined, '/openapi.json'],
  ['/health?verbose=1', 400, 'unknown_parameter', 'verbose', 'takes none'],
  [`${BTC}?from=${'2'.repeat(5000)}`, 414, 'url_too_long', undefined, '4096'],
] as const)('%.60s is %i %s', async (path, status, code, field, detail) => {
  const reply = await api.get(path);
  expectProblem(reply);
  expect(reply.body).toMatchObject({ status, code, ...(field === undefined ? {} : { field }) });
  expect(reply.body.detail).toContain(detail);
});

test('a cursor serves the request that it came from only', async () => {
  const { body } = await api.get(`${BTC}?limit=1`);
  expect((await api.get(`${BTC}?limit=7&cursor=${body.next_cursor}`)).status).toBe(200);
  const other = await api.get(`${BTC}?limit=1&order=asc&cursor=${body.next_cursor}`);
  expectProblem(other);
  expect(other.body.code).toBe('bad_cursor');
});

test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s is refused', async (method) => {
  const reply = await api.get(BTC, { method });
  expectProblem(reply);
  expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

test('a large body is refused', async () => {
  const reply = await api.get(BTC, { method: 'POST', body: 'x'.repeat(100_000) });
  expectProblem(reply);
  expect(reply.body.code).toBe('body_too_large');
});

test('every problem explains itself', async () => {
  const { body } = await api.get(`${BTC}?limit=0`);
  expect((await api.get(body.type)).body).toMatchObject({ code: 'bad_parameter', status: 400 });
  expectProblem(await api.get('/problems/none'));
});

test('a harmless request id is taken over, another is not; both are logged', async () => {
  const mine = await api.get(BTC, { headers: { 'x-request-id': 'mine-1' } });
  expect(mine.headers.get('x-request-id')).toBe('mine-1');
  expect(mine.headers.get('x-content-type-options')).toBe('nosniff');
  expect(mine.headers.get('x-powered-by')).toBeNull();
  const other = await api.get(BTC, { headers: { 'x-request-id': 'a b' } });
  expect(other.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(api.log).toContainEqual(expect.objectContaining({ request_id: 'mine-1', status: 200, path: BTC }));
});

// Half of a surrogate pair can't be written as UTF-8.
const wellFormed = (text: string): string => Buffer.from(text).toString();

describe('whatever is asked', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom(
      'BTC-USD',
      "'; drop table candles; --",
      '1m',
      '2024-06-01',
      '9'.repeat(40),
      '-1',
      'NaN',
      '\0',
      '../../etc/passwd',
      '{}',
      '[]',
      'null',
    ),
  );
  const name = fc.oneof(
    fc.constantFrom(
      'limit',
      'from',
      'to',
      'order',
      'cursor',
      'fields',
      'exchange',
      'timeframe',
      'constructor',
    ),
    text,
  );
  const path = fc.oneof(
    fc
      .tuple(fc.constantFrom('candles', 'indicators', 'features'), fc.oneof(fc.constant('BTC-USD'), text))
      .map(([view, symbol]) => `/v1/${view}/${encodeURIComponent(wellFormed(symbol))}`),
    fc.constantFrom('/v1/markets', '/health', '/ready', '/openapi.json'),
    text.map((part) => `/${encodeURIComponent(wellFormed(part))}`),
  );
  const query = fc.array(fc.tuple(name, text), { maxLength: 4 });

  test('the answer is data or a problem, never a failure', async () => {
    await fc.assert(
      fc.asyncProperty(path, query, async (where, pairs) => {
        const reply = await api.get(`${where}?${new URLSearchParams(pairs)}`);
        if (where === '/ready' && reply.body.code === 'not_ready') return;
        expect(reply.status).toBeLessThan(500);
        if (reply.status !== 200) expectProblem(reply);
      }),
      { numRuns: 400 },
    );
  });

  test('so it is for bytes that no client library would send', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom(...'%/?&=+-aF0.;:@!$\'()*,~"<>\\^`{|}'), maxLength: 60 }),
        async (raw) => {
          const { status, type } = await rawGet(`/v1/candles/${raw}`);
          expect(status).toBeLessThan(500);
          expect(type).toMatch(status === 200 ? /json/ : /^application\/problem\+json/);
        },
      ),
      { numRuns: 300 },
    );
  });

  function rawGet(path: string): Promise<{ status: number; type: string }> {
    const { hostname, port } = new URL(api.url);
    return new Promise((resolve, reject) => {
      request({ hostname, port, path }, (response) => {
        response.resume();
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '' });
      })
        .on('error', reject)
        .end();
    });
  }
});
