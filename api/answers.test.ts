import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { revokeKey } from './access/keyFile.ts';
import { type GuardedApi, guardedApi } from './fixtures/guarded.ts';
import { type Plain, plainGet } from './fixtures/plainGet.ts';
import type { ChangeSource, KeysListener } from './stream/changeSource.ts';

// What is answered from memory has to be what a fresh answer would be, to those who may have it, and no older than the last change.
const listeners = new Map<string, KeysListener>();
const changes: ChangeSource = {
  subscribe: (relation, listener) => {
    listeners.set(relation, listener);
    return () => listeners.delete(relation);
  },
};
const registry = new Registry();
const LATEST = '/v1/predictions/BTC-USD';

let api: GuardedApi;
let queries = 0;
beforeAll(async () => {
  api = await guardedApi({ changes, registry });
});
beforeEach(() => {
  listeners.get('predictions')?.(null);
});
afterAll(() => api.stop());

function ask(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Plain> {
  return plainGet(api.url + path, { authorization: `Bearer ${api.readKey}`, ...headers });
}

/** Makes what the database holds another, without a word to the API: whoever sees it was answered from the database. */
async function rewrite(): Promise<void> {
  queries += 1;
  await api.owner.query('update predictions set base_price = $1', [queries]);
}

const price = ({ body }: Plain): string => JSON.parse(body.toString()).data[0].base_price;

test('the second answer comes from memory and is the first one, header by header', async () => {
  await rewrite();
  const first = await ask(LATEST);
  const own = ['x-request-id', 'ratelimit', 'date'];
  const common = ({ headers }: Plain) =>
    Object.fromEntries(Object.entries(headers).filter(([name]) => !own.includes(name)));
  await rewrite();
  const second = await ask(LATEST, { 'x-request-id': 'mine' });
  expect(second.body.equals(first.body)).toBe(true);
  expect([second.status, common(second)]).toEqual([200, common(first)]);
  expect(second.headers['x-request-id']).toBe('mine');
  expect(second.headers['content-security-policy']).toContain("default-src 'self'");
  const left = ({ headers }: Plain): number => Number(/r=(\d+)/.exec(String(headers.ratelimit))?.[1]);
  expect(left(second)).toBe(left(first) - 1);
});

test.each(['predictions', 'models'])('a change of %s is seen at once', async (relation) => {
  await rewrite();
  await ask(LATEST);
  await rewrite();
  expect(price(await ask(LATEST))).toBe(String(queries - 1));
  listeners.get(relation)?.([]);
  expect(price(await ask(LATEST))).toBe(String(queries));
});

test('an answer that was begun before a change is not kept after it', async () => {
  await rewrite();
  const client = await api.owner.connect();
  await client.query('begin; lock table predictions in access exclusive mode');
  const before = ask(LATEST);
  await waiting();
  await client.query(`update predictions set base_price = ${queries + 1000}`);
  listeners.get('predictions')?.(null);
  await client.query('commit');
  client.release();
  await before;
  await rewrite();
  expect(price(await ask(LATEST))).toBe(String(queries));
});

async function waiting(): Promise<void> {
  const blocked =
    "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
  while ((await api.owner.query(blocked)).rowCount === 0) await new Promise(setImmediate);
}

test('nothing is kept for longer than a second, told or not', async () => {
  await rewrite();
  await ask(LATEST);
  await rewrite();
  api.time += 999;
  expect(price(await ask(LATEST))).toBe(String(queries - 1));
  api.time += 1;
  expect(price(await ask(LATEST))).toBe(String(queries));
});

test('what is kept is for those who may read, and a key that is revoked may not', async () => {
  await ask(LATEST);
  expect((await plainGet(api.url + LATEST)).status).toBe(401);
  expect((await ask(LATEST, { authorization: `Bearer ${api.readKey}x` })).status).toBe(401);
  expect((await ask(LATEST, { authorization: '', 'x-api-key': api.readKey })).status).toBe(401);
  expect((await plainGet(api.url + LATEST, { 'x-api-key': api.adminKey })).status).toBe(200);
});

test('it is packed for those who take that, and 304 for those who have it', async () => {
  const first = await ask(LATEST, { 'accept-encoding': 'gzip' });
  for (let n = 0; n < 3; n++) {
    const again = await ask(LATEST, { 'accept-encoding': 'gzip' });
    const packed = again.headers['content-encoding'] === 'gzip';
    expect((packed ? gunzipSync(again.body) : again.body).equals(plain(first))).toBe(true);
  }
  const known = await ask(LATEST, { 'if-none-match': String(first.headers.etag) });
  expect([known.status, known.body.length, known.headers.etag]).toEqual([304, 0, first.headers.etag]);
  expect((await ask(LATEST, { 'if-none-match': '"other"' })).status).toBe(200);
  expect((await ask(LATEST, { 'if-none-match': `"other", ${first.headers.etag}` })).status).toBe(304);
});

const plain = ({ headers, body }: Plain): Buffer =>
  headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;

test('other forms, queries and methods get their own answers', async () => {
  await ask(LATEST);
  expect((await ask(LATEST, { accept: 'text/csv' })).headers['content-type']).toContain('text/csv');
  expect((await ask(LATEST, { accept: 'image/png' })).status).toBe(406);
  expect((await ask(`${LATEST}?horizon=15`)).body.toString()).toContain('"data":[]');
  expect((await ask(`${LATEST}?nothing=1`)).status).toBe(400);
  expect((await api.as(api.readKey, LATEST, { method: 'DELETE' })).status).toBe(405);
  expect((await api.as(api.readKey, LATEST, { method: 'HEAD' })).body).toBeNull();
});

test('it is counted and logged as any other', async () => {
  await ask(LATEST);
  await ask(LATEST, { 'x-request-id': 'from-memory' });
  const text = await registry.metrics();
  const counted =
    /duration_seconds_count\{method="GET",route="\/v1\/predictions\/:symbol",status="200"\} (\d+)/;
  expect(Number(counted.exec(text)?.[1])).toBeGreaterThan(10);
  expect(api.log).toContainEqual(
    expect.objectContaining({ request_id: 'from-memory', path: LATEST, status: 200 }),
  );
});

test('windows that closed days ago are kept for seconds, open ones are not', async () => {
  const at = '/v1/candles/BTC-USD?to=2024-06-01T00:05:00Z';
  await api.owner.query("update watermarks set closed_before = closed_before + interval '3 days'");
  api.time += 1_000;
  const volume = async (path: string): Promise<string> =>
    JSON.parse((await ask(path)).body.toString()).data[0].volume;
  const [before, newest] = [await volume(at), await volume('/v1/candles/BTC-USD')];
  await api.owner.query('update candles set volume = volume + 1');
  expect([await volume(at), await volume('/v1/candles/BTC-USD')]).toEqual([
    before,
    expect.not.stringMatching(newest),
  ]);
  api.time += 10_000;
  expect(await volume(at)).not.toBe(before);
});

test('a key that was revoked is refused what was kept for it', async () => {
  await ask(LATEST);
  revokeKey(api.keyFile, 'reader', Date.now());
  for (;;) {
    const { status } = await ask(LATEST);
    if (status === 401) break;
    await new Promise(setImmediate);
  }
});
