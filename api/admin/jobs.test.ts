import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type GuardedApi, guardedApi } from '../fixtures/guarded.ts';
import { type Reply, testApi } from '../fixtures/harness.ts';

let api: GuardedApi;
beforeAll(async () => {
  api = await guardedApi();
});
afterAll(() => api.stop());

const json = { 'content-type': 'application/json' };
const post = (body: unknown): Promise<Reply> =>
  api.as(api.adminKey, '/v1/admin/jobs', { method: 'POST', headers: json, body: JSON.stringify(body) });

test('a job is started, looked at and called off, by name', async () => {
  const backfill = { kind: 'backfill', exchange: 'kraken', symbol: 'BTC/USD', from: '2024-06-01T00:00:00Z' };
  const { status, body } = await post(backfill);
  expect([status, body]).toEqual([
    202,
    { kind: 'backfill', run: 1, status_url: '/v1/admin/jobs/backfill/1' },
  ]);
  expect(api.admin.asked.at(-1)).toEqual({ job: backfill, by: 'operator' });
  const running = await api.as(api.adminKey, body.status_url);
  expect(running.body).toMatchObject({ state: 'running', started_by: 'operator', cancel_requested: false });
  const off = await api.as(api.adminKey, body.status_url, { method: 'DELETE' });
  expect([off.status, off.body.cancel_requested]).toEqual([202, true]);
  expect(api.log).toContainEqual(
    expect.objectContaining({ by: 'operator', msg: 'started by an administrator' }),
  );
});

test.each([
  [{ kind: 'train' }, 409, 'job_busy', 'wait for its end'],
  [{ kind: 'promote', name: 'return-5m', version: 9 }, 422, 'not_possible', 'There is no return-5m 9'],
  [{ kind: 'dance' }, 400, 'bad_parameter', 'kind'],
  [{ kind: 'rollback', name: 'return-5m', force: true }, 400, 'unknown_parameter', 'force'],
  [{ kind: 'promote', name: '../x', version: 1 }, 400, 'bad_parameter', 'name'],
  [
    { kind: 'subscribe', exchange: 'kraken', symbol: "BTC/USD'; drop table trades" },
    400,
    'bad_parameter',
    'symbol',
  ],
  [[], 400, 'bad_parameter', 'body'],
])('%j is %i %s', async (body, status, code, detail) => {
  const reply = await post(body);
  expect(reply.body).toMatchObject({ status, code, detail: expect.stringContaining(detail) });
});

describe('bodies that are not taken', () => {
  const send = (body: string, headers: Record<string, string>): Promise<Reply> =>
    api.as(api.adminKey, '/v1/admin/jobs', { method: 'POST', headers, body });

  test.each([
    ['kind=train', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported_media_type'],
    ['{"kind":', json, 400, 'malformed_request'],
    ['{}', { ...json, 'content-encoding': 'gzip' }, 415, 'unsupported_media_type'],
    ['{}', { 'content-type': 'application/json; charset=latin1' }, 415, 'unsupported_media_type'],
    [' '.repeat(17_000), json, 413, 'body_too_large'],
  ] as const)('%# %.10s is refused', async (body, headers, status, code) => {
    expect((await send(body, headers)).body).toMatchObject({ status, code });
  });
});

test('a job that is not there, or has ended', async () => {
  const del = (path: string) => api.as(api.adminKey, path, { method: 'DELETE' });
  expect((await del('/v1/admin/jobs/train/99')).body.code).toBe('unknown_job');
  expect((await del('/v1/admin/jobs/train/1')).body.code).toBe('job_ended');
  expect((await api.as(api.adminKey, '/v1/admin/jobs/train/99')).body.code).toBe('unknown_job');
});

test('where nothing is offered, that is said', async () => {
  const bare = await guardedApi({ admin: undefined as never });
  const reply = await bare.as(bare.adminKey, '/v1/admin/jobs', {
    method: 'POST',
    headers: json,
    body: '{"kind":"train"}',
  });
  expect(reply.body).toMatchObject({ status: 501, code: 'not_offered', retryable: false });
  await bare.stop();
});

test('on an open door to this machine, nobody is admin', async () => {
  const open = await testApi();
  const reply = await open.get('/v1/admin/jobs', { method: 'POST', headers: json, body: '{"kind":"train"}' });
  expect([reply.body.code, reply.headers.get('www-authenticate')]).toEqual([
    'unauthorized',
    'Bearer realm="tickwave"',
  ]);
  await open.stop();
});
