import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { addKey, revokeKey } from './access/keyFile.ts';
import { createReadPool } from './database.ts';
import { type GuardedApi, guardedApi } from './fixtures/guarded.ts';
import { testApi } from './fixtures/harness.ts';

// An attempt or more for each of OWASP's API Security Top 10 of 2023.
let api: GuardedApi;
beforeAll(async () => {
  api = await guardedApi();
});
afterAll(() => api.stop());

const json = { 'content-type': 'application/json' };
const train = { method: 'POST', headers: json, body: '{"kind":"train"}' };

/** Sends bytes as they are, and reads until the connection ends or an answer is whole. */
async function raw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  socket.write(text);
  let answer = '';
  for await (const part of socket) {
    answer += String(part);
    if (answer.includes('\r\n\r\n') && !/connection: close/i.test(answer)) break;
  }
  socket.destroy();
  return answer;
}

describe('API1 Broken object level authorization', () => {
  test('a job is not shown, nor called off, by guessing its number with a key that may only read', async () => {
    for (const method of ['GET', 'DELETE'])
      for (const run of [1, 2, 3])
        expect((await api.as(api.readKey, `/v1/admin/jobs/train/${run}`, { method })).body.code).toBe(
          'forbidden',
        );
    expect((await api.owner.query('select 1 from job_runs where cancel_requested')).rowCount).toBe(0);
  });

  test('whether a job is there is not told to those who may not see it', async () => {
    const [there, not] = await Promise.all(
      [1, 999].map((run) => api.as(api.readKey, `/v1/admin/jobs/train/${run}`)),
    );
    expect({ ...there?.body, request_id: '' }).toEqual({ ...not?.body, request_id: '' });
  });
});

describe('API2 Broken authentication', () => {
  test.each(['/v1/markets', '/v1/candles/BTC-USD', '/v1/predictions', '/v1/news', '/v1/jobs', '/v1/feeds'])(
    '%s takes a key, in whatever case or form it is asked for',
    async (path) => {
      for (const way of [
        path,
        `${path}/`,
        path.toUpperCase(),
        `${path}?`,
        `/${path}`,
        `/x/..${path}`,
        `${path}%2f`,
      ]) {
        const { status } = await api.get(way);
        expect([401, 404]).toContain(status);
      }
      expect((await api.get(path, { headers: { 'x-api-key': api.readKey } })).status).toBe(200);
    },
  );

  test('a key that is wrong, revoked, cut short or of another scheme lets nobody in', async () => {
    const revoked = addKey(api.keyFile, { name: 'gone', scopes: ['admin'], rate: null }, 0);
    revokeKey(api.keyFile, 'gone', 0);
    const wrong = [
      revoked,
      api.readKey.slice(0, -1),
      `${api.readKey}x`,
      api.readKey.replace(/_.{8}_/, '_00000000_'),
      'null',
    ];
    for (const key of wrong) expect((await api.as(key, '/v1/markets')).body.code).toBe('unauthorized');
    for (const authorization of [`Basic ${btoa(`a:${api.readKey}`)}`, api.readKey, 'Bearer', 'Bearer  '])
      expect((await api.get('/v1/markets', { headers: { authorization } })).status).toBe(401);
  });

  test('a key in the address is not taken, where logs and browsers would keep it', async () => {
    for (const name of ['key', 'api_key', 'access_token', 'authorization'])
      expect((await api.get(`/v1/markets?${name}=${api.readKey}`)).status).toBe(401);
  });

  test('no key is written to the log', async () => {
    await api.as(api.readKey, '/v1/markets');
    await api.as(`${api.readKey}x`, '/v1/markets');
    expect(JSON.stringify(api.log)).not.toContain(api.readKey.slice(12));
  });

  test('keys can not be tried without limit', async () => {
    const slow = await guardedApi({ limits: { perKey: 1_000, perAddress: 5 } });
    const tries: number[] = [];
    for (let n = 0; n < 8; n++)
      tries.push((await slow.as(`tw_00000000_${String(n).padStart(43, '0')}`, '/v1/markets')).status);
    expect(tries).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    expect((await slow.as(slow.readKey, '/v1/markets')).status).toBe(200);
    await slow.stop();
  });
});

describe('API3 Broken object property level authorization', () => {
  test('columns that are not of the view are not read, however they are written', async () => {
    for (const columns of [
      'rolpassword',
      'candles.close',
      'close"from pg_authid--',
      '*',
      'ctid',
      'tableoid',
      'xmin',
    ]) {
      const { body } = await api.as(api.readKey, `/v1/candles/BTC-USD?fields=${encodeURIComponent(columns)}`);
      expect(['unknown_column', 'bad_parameter']).toContain(body.code);
    }
  });

  test('a request can not set what is ours to set', async () => {
    for (const extra of [
      { by: 'root' },
      { started_by: 'root' },
      { run: 1 },
      { state: 'done' },
      { __proto__x: 1 },
    ]) {
      const body = JSON.stringify({ kind: 'rollback', name: 'return-5m', ...extra });
      const reply = await api.as(api.adminKey, '/v1/admin/jobs', { method: 'POST', headers: json, body });
      expect(reply.body.code).toBe('unknown_parameter');
    }
    const polluted = '{"kind":"rollback","name":"return-5m","__proto__":{"admin":true}}';
    await api.as(api.adminKey, '/v1/admin/jobs', { method: 'POST', headers: json, body: polluted });
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
  });
});

describe('API4 Unrestricted resource consumption', () => {
  test('pages, columns, addresses and bodies have limits', async () => {
    const BTC = '/v1/candles/BTC-USD';
    for (const path of [
      `${BTC}?limit=5001`,
      `${BTC}?fields=${Array(300).fill('close').join(',')}`,
      `${BTC}?cursor=${'A'.repeat(2_000)}`,
      `${BTC}?from=${'2'.repeat(5_000)}`,
    ]) {
      const { status } = await api.as(api.readKey, path);
      expect([400, 414]).toContain(status);
    }
    const body = '['.repeat(200_000);
    const deep = await api.as(api.adminKey, '/v1/admin/jobs', { method: 'POST', headers: json, body });
    expect(deep.body.code).toBe('body_too_large');
  });

  test('a key has its requests a minute, and is told how many', async () => {
    const slow = await guardedApi({ limits: { perKey: 2, perAddress: 1_000 } });
    const answers = [];
    for (let n = 0; n < 3; n++) answers.push(await slow.as(slow.readKey, '/v1/markets'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    const last = answers.at(-1);
    expect(last?.body).toMatchObject({ code: 'too_many_requests', retryable: true });
    expect([last?.headers.get('ratelimit'), last?.headers.get('retry-after')]).toEqual([
      expect.stringContaining('r=0'),
      expect.stringMatching(/^\d+$/),
    ]);
    expect((await slow.as(slow.adminKey, '/v1/markets')).status).toBe(200);
    slow.time += 60_000;
    expect((await slow.as(slow.readKey, '/v1/markets')).status).toBe(200);
    await slow.stop();
  });

  test('a query that takes too long is ended in the database', async () => {
    const slow = await testApi({}, 'select 1');
    await slow.owner.query(
      'create view job_runs as select pg_sleep(60)::text as kind, 1 as run, now() as started_at',
    );
    const pool = createReadPool({ url: slow.database.analystUrl, statementTimeoutMs: 50 });
    await expect(pool.query('select * from job_runs')).rejects.toMatchObject({ code: '57014' });
    await pool.end();
    await slow.stop();
  });
});

describe('API5 Broken function level authorization', () => {
  test('a key that may read starts nothing, whatever method it pretends', async () => {
    expect((await api.as(api.readKey, '/v1/admin/jobs', train)).body.code).toBe('forbidden');
    expect((await api.get('/v1/admin/jobs', train)).body.code).toBe('unauthorized');
    for (const header of ['x-http-method-override', 'x-http-method', 'x-method-override'])
      expect((await api.as(api.readKey, '/v1/admin/jobs', { headers: { [header]: 'POST' } })).body.code).toBe(
        'method_not_allowed',
      );
    for (const path of ['/v1/ADMIN/jobs', '/v1//admin/jobs', '/v1/admin/jobs/', '/V1/admin/jobs'])
      expect([403, 404]).toContain((await api.as(api.readKey, path, train)).status);
    expect(api.admin.asked).toEqual(api.admin.asked.filter(({ by }) => by === 'operator'));
  });
});

describe('API6 Unrestricted access to sensitive business flows', () => {
  test('one training at a time: a second is refused, not queued', async () => {
    const replies = await Promise.all([1, 2, 3].map(() => api.as(api.adminKey, '/v1/admin/jobs', train)));
    expect(replies.map(({ body }) => body.code)).toEqual(['job_busy', 'job_busy', 'job_busy']);
  });
});

describe('API7 Server side request forgery', () => {
  test('no parameter and no header makes the server fetch an address', async () => {
    const attempts = [
      { kind: 'subscribe', exchange: 'http://169.254.169.254/', symbol: 'BTC/USD' },
      { kind: 'backfill', exchange: '127.0.0.1:9200/_all', symbol: 'BTC/USD', from: '2024-06-01T00:00:00Z' },
      { kind: 'promote', name: 'http://example.test/model', version: 1 },
      { kind: 'rollback', name: '..%2f..%2fetc' },
    ];
    for (const body of attempts) {
      const reply = await api.as(api.adminKey, '/v1/admin/jobs', {
        method: 'POST',
        headers: json,
        body: JSON.stringify(body),
      });
      expect(reply.body.code).toBe('bad_parameter');
    }
    const absolute = await raw(
      api.url,
      'GET http://169.254.169.254/latest/meta-data HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n',
    );
    expect(absolute).toMatch(/^HTTP\/1.1 (401|404) /);
  });
});

describe('API8 Security misconfiguration', () => {
  test('headers are safe, and errors carry no stack, path or version', async () => {
    const { headers } = await api.as(api.readKey, '/v1/markets');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('x-powered-by')).toBeNull();
    for (const path of ['/v1/candles/%', '/v1/candles/%00-%00', '/v1/nothing', '/v1/models?cursor=e30']) {
      const { body } = await api.as(api.readKey, path);
      expect(JSON.stringify(body)).not.toMatch(/node_modules|\.ts\b|at \w+ \(|<html|Express|Postgre/i);
    }
  });

  test('pages of other origins are told nothing; those of the list may ask', async () => {
    const preflight = {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' },
    };
    const evil = await api.get('/v1/markets', preflight);
    expect([evil.status, evil.headers.get('access-control-allow-origin')]).toEqual([405, null]);
    const desk = await api.get('/v1/markets', {
      ...preflight,
      headers: { ...preflight.headers, origin: 'https://desk.example' },
    });
    expect([desk.status, desk.headers.get('access-control-allow-origin')]).toEqual([
      204,
      'https://desk.example',
    ]);
    expect(desk.headers.get('access-control-allow-credentials')).toBeNull();
  });

  test('a page whose own name leads to this machine is turned away (DNS rebinding)', async () => {
    const open = await testApi();
    for (const host of [
      'evil.example',
      'evil.example:8080',
      '127.0.0.1.evil.example',
      'localhost@evil.example',
    ]) {
      const answer = await raw(
        open.url,
        `GET /v1/markets HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1.1 421 /);
    }
    expect(
      await raw(open.url, 'GET /v1/markets HTTP/1.1\r\nhost: localhost:1\r\nconnection: close\r\n\r\n'),
    ).toMatch(/^HTTP\/1.1 200 /);
    await open.stop();
  });

  test('the database role of the API can not write', async () => {
    const pool = createReadPool({ url: api.database.analystUrl });
    await expect(pool.query('delete from job_runs')).rejects.toMatchObject({ code: '25006' });
    for (const text of ['delete from job_runs', 'create table mine (x int)'])
      await expect(pool.query(`begin; set transaction read write; ${text}`)).rejects.toMatchObject({
        code: '42501',
      });
    await pool.end();
  });

  test.each([
    ['GET /v1/markets HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n', '400|401|404'],
    [`GET / HTTP/1.1\r\nhost: a\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`, '431'],
    ['NONSENSE\r\n\r\n', '400'],
    // Request smuggling: two lengths, and a length that is none.
    [
      'POST /v1/admin/jobs HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      '400',
    ],
    ['POST /v1/admin/jobs HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcde', '400'],
    ['GET / HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n', '400'],
  ])('%.60s is answered as a problem and ends the connection', async (text, status) => {
    const answer = await raw(api.url, text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 (${status}) `));
    expect(answer).toMatch(/content-type: application\/problem\+json/i);
    expect(answer).toContain('"request_id"');
  });
});

describe('API9 Improper inventory management', () => {
  test('every path that is served is in the document, and no other version is', async () => {
    const { body } = await api.get('/openapi.json');
    for (const path of [
      '/v0/markets',
      '/v2/markets',
      '/markets',
      '/v1',
      '/debug',
      '/admin',
      '/.env',
      '/metrics.json',
      '/api-docs',
    ])
      expect((await api.as(api.adminKey, path)).status).toBe(404);
    for (const [path, item] of Object.entries<Record<string, { security?: unknown }>>(body.paths))
      for (const [method, { security }] of Object.entries(item))
        if (!['/health', '/ready'].includes(path))
          expect([path, method, security]).toEqual([path, method, expect.any(Array)]);
  });
});

describe('API10 Unsafe consumption of APIs', () => {
  test('what strangers wrote, as headlines, is sent as data and never as markup or a formula', async () => {
    await api.owner.query(
      `insert into news (id, source, title, received_at) values ('evil', '=1+1', '<script>alert(1)</script>', '2024-05-01')`,
    );
    const { headers, body } = await api.as(api.readKey, '/v1/news?order=asc&limit=1&fields=title,source');
    expect([headers.get('content-type'), headers.get('x-content-type-options')]).toEqual([
      'application/json; charset=utf-8',
      'nosniff',
    ]);
    expect(body.data).toEqual([{ title: '<script>alert(1)</script>', source: '=1+1' }]);
    const csv = await api.as(api.readKey, '/v1/news?order=asc&limit=1&fields=source', {
      headers: { accept: 'text/csv' },
    });
    expect(csv.body).toBe("source\r\n'=1+1\r\n");
  });

  test('SQL in a value is a value', async () => {
    for (const value of ["x'; drop table news; --", "' or '1'='1", 'x" or 1=1']) {
      const { status, body } = await api.as(
        api.readKey,
        `/v1/news/scores?news_id=${encodeURIComponent(value)}`,
      );
      expect([status, body.data]).toEqual([200, []]);
    }
    expect((await api.as(api.readKey, '/v1/news')).status).toBe(200);
  });
});
