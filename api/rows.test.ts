import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { type TestApi, testApi } from './fixtures/harness.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
  await api.owner.query(`
    insert into candles (timeframe, exchange, symbol, window_start, close)
    select '1s', 'kraken', 'BTC/USD', timestamptz '2024-06-01 00:00:00+00' + n * interval '1 second', n
    from generate_series(0, 2499) as n`);
});
afterAll(() => api.stop());

const as = (accept: string) => ({ headers: { accept } });
const SECONDS = '/v1/candles/BTC-USD?timeframe=1s&order=asc&fields=close';

async function raw(
  path: string,
  headers: Record<string, string>,
): Promise<IncomingMessage & { text: Buffer }> {
  const request = get(api.url + path, { headers });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return Object.assign(response, { text: Buffer.concat(parts) });
}

describe('CSV', () => {
  test('is what JSON is, and harmless in a spreadsheet', async () => {
    const { headers, body } = await api.get('/v1/news?order=asc&fields=id,title,summary', as('text/csv'));
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('vary')).toContain('Accept');
    const rows = parse(body, { columns: true }) as Record<string, string>[];
    expect(rows.slice(0, 2)).toEqual([
      { id: 'story-0', title: "'=cmd|calc", summary: '' },
      { id: 'story-1', title: 'Headline, "1"', summary: '' },
    ]);
  });

  test('has its head without rows, and JSON in a column as text', async () => {
    expect((await api.get('/v1/news?source=none&fields=id,url', as('text/csv'))).body).toBe('id,url\r\n');
    const { body } = await api.get('/v1/models?version=1&fields=metrics', as('text/csv'));
    expect(parse(body)).toEqual([['metrics'], ['{"mae":0.1}']]);
  });
});

test('NDJSON goes on past a page, and the trailer says where the next request begins', async () => {
  const first = await raw(`${SECONDS}&limit=2400`, { accept: 'application/x-ndjson' });
  const lines = first.text.toString().trim().split('\n');
  expect(lines.map((line) => Number(JSON.parse(line).close))).toEqual([...Array(2400).keys()]);
  const cursor = first.trailers['x-next-cursor'];
  const rest = await raw(`${SECONDS}&limit=9999&cursor=${cursor}`, { accept: 'application/x-ndjson' });
  expect(rest.text.toString().trim().split('\n')).toHaveLength(100);
  expect(rest.trailers['x-next-cursor']).toBe('');
});

test.each(['0', '100001', '1e3', ''])('a limit of %j lines is refused', async (limit) => {
  const { status, body } = await api.get(`${SECONDS}&limit=${limit}`, as('text/csv'));
  expect([status, body.field]).toEqual([400, 'limit']);
});

test('what goes wrong before the first line is a problem', async () => {
  const { status, headers } = await api.get('/v1/candles/NO-USD', as('text/csv'));
  expect([status, headers.get('content-type')]).toEqual([404, 'application/problem+json; charset=utf-8']);
});

test('a format that is not there is refused, with those that are', async () => {
  expect((await api.get(SECONDS, as('application/xml'))).body).toMatchObject({
    code: 'not_acceptable',
    allowed: ['application/json', 'text/csv', 'application/x-ndjson'],
  });
  expect((await api.get('/health', as('text/csv'))).status).toBe(406);
  expect((await api.get('/health', as('*/*'))).status).toBe(200);
});

test('HTTP/1.0, which knows no trailers, is served', async () => {
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  socket.write(`GET ${SECONDS}&limit=2 HTTP/1.0\r\naccept: text/csv\r\n\r\n`);
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part as Buffer);
  expect(Buffer.concat(parts).toString()).toMatch(/^HTTP\/1.1 200[\s\S]*close\r\n0(\.5)?\r\n1\r\n/);
});

test('HEAD has the headers of GET', async () => {
  for (const accept of ['application/json', 'text/csv']) {
    const { status, body, headers } = await api.get(SECONDS, { method: 'HEAD', headers: { accept } });
    expect([status, body, headers.get('content-type')]).toEqual([200, null, expect.stringContaining(accept)]);
  }
});

test('long answers are packed where the client can unpack them', async () => {
  const { headers, text } = await raw(SECONDS, { 'accept-encoding': 'gzip' });
  expect(headers['content-encoding']).toBe('gzip');
  expect(JSON.parse(gunzipSync(text).toString()).data).toHaveLength(500);
});

describe('caching', () => {
  test('the same answer need not be sent again', async () => {
    const first = await api.get(SECONDS);
    expect(first.headers.get('cache-control')).toBe('no-cache');
    const etag = first.headers.get('etag') ?? '';
    const again = await api.get(SECONDS, {
      headers: { 'if-none-match': etag, 'cache-control': 'max-age=0' },
    });
    expect([again.status, again.body]).toEqual([304, null]);
    await api.owner.query("update candles set close = 0.5 where timeframe = '1s' and close = 0");
    const changed = await api.get(SECONDS, { headers: { 'if-none-match': etag } });
    expect([changed.status, changed.body.data[0].close]).toEqual([200, '0.5']);
  });

  const control = async (path: string) => (await api.get(path)).headers.get('cache-control');

  test('windows of days ago may be kept for an hour; the open end, and what is empty, not', async () => {
    const days = '/v1/candles/BTC-USD?timeframe=1d&order=asc';
    await api.owner.query(`
      insert into candles (timeframe, exchange, symbol, window_start, close)
      select '1d', 'kraken', 'BTC/USD', timestamptz '2024-05-01 00:00:00+00' + n * interval '1 day', n from generate_series(0, 31) as n`);
    expect(await control(`${days}&to=2024-05-20`)).toBe('private, max-age=3600');
    expect(await control(`${days}&limit=3`)).toBe('private, max-age=3600');
    expect(await control(`${days}&to=2024-05-31`)).toBe('no-cache');
    expect(await control(days)).toBe('no-cache');
    expect(await control('/v1/candles/BTC-USD?timeframe=1d&limit=2')).toBe('no-cache');
    expect(await control(`${days}&to=2024-04-01`)).toBe('no-cache');
  });

  test('what is written once, as known an hour ago, never changes', async () => {
    const path = '/v1/predictions/BTC-USD/history?as_of=';
    expect(await control(`${path}2024-06-01T01:00:00Z`)).toBe('private, max-age=31536000, immutable');
    expect(await control(`${path}2024-06-01T01:00:01Z`)).toBe('no-cache');
    expect(await control('/v1/predictions/BTC-USD/history')).toBe('no-cache');
    expect(await control('/v1/candles/NO-USD')).toBe('no-store');
  });
});
