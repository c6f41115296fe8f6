import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ManualClock } from '../../../test/support/manualClock.ts';
import { BadOption, LandingFailed } from '../../errors.ts';
import type { Taken } from '../intake.ts';
import type { Collected } from '../source.ts';
import { NewsWebhook } from './webhook.ts';

const TOKEN = 'a-token-of-24-characters';
const NDJSON = 'application/x-ndjson';
const clock = new ManualClock(Date.parse('2026-11-21T12:00:00Z'));

let batches: Pick<Collected, 'stories' | 'unusable'>[];
let failure: Error | null;
let webhook: NewsWebhook;
let url: string;

beforeEach(async () => {
  batches = [];
  failure = null;
  const take = async (batch: Pick<Collected, 'stories' | 'unusable'>): Promise<Taken> => {
    if (failure !== null) throw failure;
    batches.push(batch);
    return { stories: batch.stories.length, duplicates: 0, unusable: batch.unusable.length };
  };
  webhook = new NewsWebhook({ port: 0, token: TOKEN, clock, take, maxBodyBytes: 20_000 });
  url = await webhook.listen();
});
afterEach(() => webhook.close());

interface Answered {
  readonly status: number;
  readonly type: string | null;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

async function post(body: string, headers: Record<string, string> = {}, to = url): Promise<Answered> {
  const response = await fetch(to, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
  });
  const type = response.headers.get('content-type');
  return {
    status: response.status,
    type,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}

const stories = (): readonly unknown[] => batches.flatMap((batch) => batch.stories);

describe('what is taken', () => {
  test('one story', async () => {
    const sent = {
      title: 'ETF <b>approved</b>',
      source: 'desk',
      url: 'https://a.example/1',
      summary: null,
      published_at: '2026-11-21T09:30:00+01:00',
    };
    expect(await post(JSON.stringify(sent))).toMatchObject({
      status: 202,
      body: { stories: 1, duplicates: 0, rejected: 0, problems: [] },
    });
    expect(stories()).toMatchObject([
      {
        title: 'ETF approved',
        source: 'desk',
        url: 'https://a.example/1',
        publishedAt: '2026-11-21T08:30:00.000Z',
        receivedAt: '2026-11-21T12:00:00.000Z',
      },
    ]);
  });

  test('an array, the source not said', async () => {
    expect((await post('[{"title":"One"},{"title":"Two"}]')).body).toMatchObject({ stories: 2 });
    expect(stories()).toMatchObject([{ title: 'One', source: 'webhook' }, { title: 'Two' }]);
  });

  test('lines, of which the bad ones are told and kept and the others land', async () => {
    const bad = '{"title":"Two"';
    const lines = `{"title":"One"}\n${bad}\n\n{"title":"Three","url":"ftp://x"}\n{"title":"Four"}\n`;
    expect(await post(lines, { 'content-type': `${NDJSON}; charset=utf-8` })).toMatchObject({
      status: 202,
      body: {
        stories: 2,
        rejected: 2,
        problems: [
          { story: 2, field: 'line', detail: expect.stringContaining('one JSON object') },
          {
            story: 3,
            field: 'url',
            detail: expect.stringMatching(/^url is "ftp:\/\/x"; expected an http or https address/),
          },
        ],
      },
    });
    expect(batches[0]?.unusable.map(({ raw }) => Buffer.from(raw).toString())).toEqual([
      bad,
      '{"title":"Three","url":"ftp://x"}',
    ]);
  });
});

describe('what is refused', () => {
  const problem = { type: 'application/problem+json' };

  test.each([
    ['no token', { authorization: '' }],
    ['another scheme', { authorization: `Basic ${TOKEN}` }],
    ['another token', { authorization: `Bearer ${TOKEN}x` }],
    ['a longer header', { authorization: `Bearer ${TOKEN} ${TOKEN}` }],
  ])('%s', async (_, headers) => {
    const answer = await post('{"title":"One"}', headers);
    expect(answer).toMatchObject({
      ...problem,
      status: 401,
      body: { status: 401, title: 'Unauthorized', field: 'Authorization' },
    });
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(JSON.stringify(answer.body)).not.toContain(TOKEN);
    expect(batches).toEqual([]);
  });

  test.each([
    ['no JSON', '{"title":', {}, 400, 'body'],
    ['nothing', '[]', {}, 422, 'body'],
    ['no lines', '\n\n', { 'content-type': NDJSON }, 422, 'body'],
    ['another type', 'title=x', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'Content-Type'],
    ['no title', '{"url":"https://a.example"}', {}, 422, 'title'],
    ['a time without a zone', '{"title":"x","published_at":"2026-11-21 09:00"}', {}, 422, 'published_at'],
    ['no object', '[5]', {}, 422, 'story'],
    ['too many', JSON.stringify(Array(1001).fill({ title: '' })), {}, 422, 'body'],
    ['too much', JSON.stringify({ title: 'x'.repeat(30_000) }), {}, 413, 'body'],
  ])('%s, by the field that is wrong', async (_, body, headers, status, field) => {
    const answer = await post(body, headers);
    expect(answer).toMatchObject({ ...problem, status, body: { status, field, detail: expect.any(String) } });
    expect(stories()).toEqual([]);
  });

  test('too much without a length', async () => {
    const parts = new ReadableStream({
      pull: (controller) => controller.enqueue(Buffer.alloc(10_000, 'x')),
    });
    const request = {
      method: 'POST',
      body: parts,
      duplex: 'half',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': NDJSON },
    };
    const status = await fetch(url, request as RequestInit).then(
      (response) => response.status,
      () => 'closed',
    );
    expect([413, 'closed']).toContain(status);
    expect(batches).toEqual([]);
  });

  test('other methods and paths', async () => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const got = await fetch(url, { headers });
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await post('{"title":"x"}', {}, url.replace('/news', '/other'))).status).toBe(404);
  });

  test('what cannot be stored now may be sent again; why is not told', async () => {
    failure = new LandingFailed('postgres://owner:secret@host', 'x', { cause: null, transient: true });
    const away = await post('{"title":"One"}');
    expect([away.status, away.headers.get('retry-after')]).toEqual([503, '5']);
    failure = new Error('postgres://owner:secret@host');
    const broken = await post('{"title":"One"}');
    expect(broken.status).toBe(500);
    expect(JSON.stringify([away.body, broken.body])).not.toContain('secret');
  });

  test('a short token, and a port that is taken', async () => {
    const options = { port: Number(new URL(url).port), clock, take: () => Promise.reject(new Error()) };
    expect(() => new NewsWebhook({ ...options, token: 'short' })).toThrow(BadOption);
    await expect(new NewsWebhook({ ...options, token: TOKEN }).listen()).rejects.toThrow(/NEWS_WEBHOOK_PORT/);
  });
});

test('any body is taken or refused in words', async () => {
  const story = fc.record(
    {
      title: fc.jsonValue(),
      url: fc.jsonValue(),
      source: fc.jsonValue(),
      published_at: fc.jsonValue(),
      summary: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  const body = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    story.map((value) => JSON.stringify(value)),
  );
  await fc.assert(
    fc.asyncProperty(body, fc.constantFrom('application/json', NDJSON), async (text, type) => {
      const { status, body: answer } = await post(text, { 'content-type': type });
      expect([202, 400, 422]).toContain(status);
      if (status !== 202)
        expect(answer).toMatchObject({ field: expect.any(String), detail: expect.any(String) });
    }),
    { numRuns: 100 },
  );
});
