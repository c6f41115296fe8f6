import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { MAX_ANSWER_BYTES } from './boundedFetch.ts';
import { askedOf, ChatServer, good, type Reply, says, silent, status } from './support/chatServer.ts';
import { PausesPassed } from './support/pausesPassed.ts';
import { scorerOn, storyOf } from './support/scorerOn.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
const ASSETS = ['BTC', 'ETH'];
const error = (message: string): object => ({
  error: { message, type: 'invalid_request_error', param: null, code: null },
});
const goodFor = (id: string, score = 0.5): object => ({
  id,
  assets: [{ asset: 'BTC', score, confidence: 0.9, reason: 'r' }],
});

describe('LlmScorer', () => {
  let server: ChatServer;
  let clock: PausesPassed;
  const never = new AbortController().signal;
  beforeAll(async () => {
    server = await ChatServer.open();
  });
  afterAll(() => server.close());
  beforeEach(() => {
    clock = new PausesPassed(NOON);
  });
  afterEach(() => {
    server.questions.length = 0;
    server.replies = [];
  });

  const formats = (): (string | undefined)[] =>
    server.questions.map((question) => question.response_format?.type);
  const scored = (newsId: string): object => ({
    kind: 'scored',
    newsId,
    assets: [{ asset: 'BTC', score: 0.5, confidence: 0.9, reason: 'good news' }],
  });

  test('asks once for many stories, without streaming, and matches ids back', async () => {
    const scorer = scorerOn(server.url, clock, { apiKey: 'secret' });
    const stories = [storyOf('one'), storyOf('two', { summary: 'more of it' })];
    expect(await scorer.score(stories, ASSETS, never)).toEqual(stories.map(({ id }) => scored(id)));
    expect(scorer.model).toBe('test-model@1');
    const [question] = server.questions;
    expect(question).toMatchObject({
      model: 'test-model',
      stream: false,
      temperature: 0,
      authorization: 'Bearer secret',
    });
    expect(question?.response_format).toMatchObject({ type: 'json_schema', json_schema: { strict: true } });
    expect(question && askedOf(question)).toEqual({
      assets: ASSETS,
      stories: [
        { id: 's1', title: 'one' },
        { id: 's2', title: 'two', summary: 'more of it' },
      ],
    });
    expect(scorer.counts()).toMatchObject({
      requests: 1,
      failures: 0,
      tokensIn: 1000,
      tokensOut: 100,
      dollars: 0.002,
    });
  });

  test('splits what is too much for one request', async () => {
    const stories = Array.from({ length: 7 }, (_, index) => storyOf(`story ${index}`));
    const scores = await scorerOn(server.url, clock, { batchStories: 3 }).score(stories, ASSETS, never);
    expect(scores.map(({ newsId }) => newsId).sort()).toEqual(stories.map(({ id }) => id).sort());
    expect(server.questions.map((question) => askedOf(question).stories.length).sort()).toEqual([1, 3, 3]);
  });

  test('no more requests are under way than allowed', async () => {
    let open = 0;
    let most = 0;
    const slow: Reply = (question, response) => {
      most = Math.max(most, ++open);
      setImmediate(() => {
        open--;
        good(question, response);
      });
    };
    server.replies = Array.from({ length: 6 }, () => slow);
    const stories = Array.from({ length: 6 }, (_, index) => storyOf(`story ${index}`));
    await scorerOn(server.url, clock, { batchStories: 1 }).score(stories, ASSETS, never);
    expect(server.questions).toHaveLength(6);
    expect(most).toBeLessThanOrEqual(2);
  });

  test('the same words are asked about once', async () => {
    const scorer = scorerOn(server.url, clock);
    await scorer.score([storyOf('Same', { id: 'a' }), storyOf('same', { id: 'b' })], ASSETS, never);
    expect(await scorer.score([storyOf('SAME', { id: 'c' })], ASSETS, never)).toEqual([scored('c')]);
    expect(server.questions).toHaveLength(1);
    expect(scorer.counts().cacheHits).toBe(2);
    await scorer.score([storyOf('same', { id: 'd' })], ['BTC'], never);
    expect(server.questions).toHaveLength(2);
  });

  test('without assets nothing is asked', async () => {
    const scores = await scorerOn(server.url, clock).score([storyOf('x')], [], never);
    expect(scores).toEqual([{ kind: 'scored', newsId: 'id of x', assets: [] }]);
    expect(server.questions).toHaveLength(0);
  });

  describe('an answer that cannot be used is asked for once more', () => {
    const one = [storyOf('one')];
    test.each<[string, Reply]>([
      ['not JSON', says('BTC will rise')],
      ['another form', says('{"scores": [1]}')],
      ['a field too many', says(JSON.stringify({ stories: [{ ...goodFor('s1'), note: 'x' }] }))],
      ['an id that was not asked for', says(JSON.stringify({ stories: [goodFor('s1'), goodFor('s2')] }))],
      ['an id twice', says(JSON.stringify({ stories: [goodFor('s1'), goodFor('s1', -1)] }))],
      ['no stories', says('{"stories": []}')],
      ['a refusal', says(null, { message: { role: 'assistant', content: null, refusal: 'I cannot.' } })],
      ['cut off', says('{"stories": [{"id": "s1"', { finish_reason: 'length' })],
      ['withheld', says('', { finish_reason: 'content_filter' })],
      ['empty', says('')],
      ['no choices', status(200, { choices: [] })],
      ['no completion', status(200, { hello: 'world' })],
    ])('%s', async (_, bad) => {
      server.replies = [bad];
      const scorer = scorerOn(server.url, clock);
      expect(await scorer.score(one, ASSETS, never)).toEqual([scored('id of one')]);
      expect(scorer.counts()).toMatchObject({ requests: 2, repairs: 1 });

      server.questions.length = 0;
      server.replies = [bad, bad];
      const outcome = await scorerOn(server.url, clock).score(one, ASSETS, never);
      expect(outcome).toEqual([
        {
          kind: 'unscored',
          newsId: 'id of one',
          retry: 'alone',
          reason: expect.stringMatching(/refused twice/),
        },
      ]);
      expect(server.questions).toHaveLength(2);
    });
  });

  test.each<[string, Reply]>([
    ['JSON that ends early', status(200, '{"choices": [')],
    ['a web page', status(200, '<html>', { 'content-type': 'text/html' })],
    ['more than fits', status(200, ' '.repeat(MAX_ANSWER_BYTES + 1))],
  ])('%s is an answer that cannot be used', async (_, bad) => {
    server.replies = [bad, bad];
    const [outcome] = await scorerOn(server.url, clock).score([storyOf('one')], ASSETS, never);
    expect(outcome).toMatchObject({ kind: 'unscored', retry: 'alone' });
  });

  test('a server that knows no schema is asked in a looser form, and from then on at once', async () => {
    server.replies = [
      status(400, error('response_format json_schema is not supported')),
      status(422, error('unknown response_format')),
      (question, response) =>
        says(`<think>{"a"</think>Here:\n\`\`\`json\n${JSON.stringify({ stories: [goodFor('s1')] })}\n\`\`\``)(
          question,
          response,
        ),
    ];
    const scorer = scorerOn(server.url, clock);
    expect(await scorer.score([storyOf('one')], ASSETS, never)).toMatchObject([{ kind: 'scored' }]);
    expect(formats()).toEqual(['json_schema', 'json_object', undefined]);
    await scorer.score([storyOf('two')], ASSETS, never);
    expect(formats()).toHaveLength(4);
    expect(formats()[3]).toBeUndefined();
  });

  test('a model that takes no temperature keeps the schema', async () => {
    server.replies = [
      status(400, error("Unsupported value: 'temperature' does not support 0 with this model.")),
    ];
    expect(await scorerOn(server.url, clock).score([storyOf('one')], ASSETS, never)).toMatchObject([
      { kind: 'scored' },
    ]);
    expect(formats()).toEqual(['json_schema', 'json_schema']);
    expect(server.questions.map(({ temperature }) => temperature)).toEqual([0, undefined]);
  });

  test('a request that no form helps is given up, and the strict form is tried again next time', async () => {
    server.replies = Array.from({ length: 3 }, () => status(400, error('context length exceeded')));
    const scorer = scorerOn(server.url, clock);
    expect(await scorer.score([storyOf('one')], ASSETS, never)).toMatchObject([
      { kind: 'unscored', retry: 'never' },
    ]);
    await scorer.score([storyOf('two')], ASSETS, never);
    expect(formats().at(-1)).toBe('json_schema');
  });

  test('429 is waited for as long as the server asks, 500 with doubling pauses', async () => {
    server.replies = [status(429, error('slow down'), { 'retry-after': '7' }), status(500, error('oops'))];
    const scorer = scorerOn(server.url, clock);
    expect(await scorer.score([storyOf('one')], ASSETS, never)).toMatchObject([{ kind: 'scored' }]);
    expect(clock.pauses).toEqual([7000, 2000]);
    expect(scorer.counts()).toMatchObject({ requests: 3, failures: 2 });
  });

  test('Retry-After may be a date', async () => {
    server.replies = [status(503, error('x'), { 'retry-after': new Date(NOON + 9000).toUTCString() })];
    await scorerOn(server.url, clock).score([storyOf('one')], ASSETS, never);
    expect(clock.pauses).toEqual([9000]);
  });

  test('a server that wants a long rest is left alone', async () => {
    server.replies = [status(429, error('quota'), { 'retry-after': '3600' })];
    const outcome = await scorerOn(server.url, clock).score([storyOf('one')], ASSETS, never);
    expect(outcome).toMatchObject([{ kind: 'unscored', retry: 'later' }]);
    expect(clock.pauses).toEqual([]);
  });

  test('in an outage other batches are not sent', async () => {
    server.replies = Array.from({ length: 9 }, () => status(500, error('oops')));
    const stories = Array.from({ length: 9 }, (_, index) => storyOf(`story ${index}`));
    const scorer = scorerOn(server.url, clock, { batchStories: 1, concurrency: 1 });
    const outcomes = await scorer.score(stories, ASSETS, never);
    expect(outcomes.map((outcome) => outcome.kind === 'unscored' && outcome.retry)).toEqual(
      stories.map(() => 'later'),
    );
    expect(server.questions).toHaveLength(3);
  });

  test.each([401, 403, 404])('%d is not tried again', async (code) => {
    server.replies = [status(code, error('no'))];
    const [outcome] = await scorerOn(server.url, clock).score([storyOf('one')], ASSETS, never);
    expect(outcome).toMatchObject({
      kind: 'unscored',
      retry: 'never',
      reason: expect.stringMatching(/LLM_API_KEY/),
    });
    expect(server.questions).toHaveLength(1);
  });

  test.each<[string, Reply]>([
    ['never begins', silent],
    [
      'never ends',
      (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{'),
    ],
  ])('an answer that %s is given up at the time-out', async (_, reply) => {
    server.replies = [reply];
    const scorer = scorerOn(server.url, clock, { retries: 0 });
    const working = scorer.score([storyOf('one')], ASSETS, never);
    while (server.questions.length === 0) await new Promise((resolve) => setImmediate(resolve));
    clock.expire();
    expect(await working).toMatchObject([
      { kind: 'unscored', retry: 'later', reason: expect.stringMatching(/within 5 s/) },
    ]);
  });

  test('a server that is not there is an outage', async () => {
    const gone = await ChatServer.open();
    const { url } = gone;
    await gone.close();
    const [outcome] = await scorerOn(url, clock).score([storyOf('one')], ASSETS, never);
    expect(outcome).toMatchObject({
      kind: 'unscored',
      retry: 'later',
      reason: expect.stringMatching(/cannot be reached/),
    });
  });

  test('stops when it is told to', async () => {
    server.replies = [silent];
    const stop = new AbortController();
    const working = scorerOn(server.url, clock).score([storyOf('one')], ASSETS, stop.signal);
    while (server.questions.length === 0) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    await expect(working).rejects.toThrow();
    expect(server.questions).toHaveLength(1);
  });

  test.each([
    [{ amount: 2, unit: 'requests' }, 2],
    // Each request costs 0.002 dollars.
    [{ amount: 0.005, unit: 'dollars' }, 3],
  ] as const)('a budget of %j ends the asking until midnight UTC', async (limit, requests) => {
    const scorer = scorerOn(server.url, clock, { limit, batchStories: 1, concurrency: 1 });
    const stories = Array.from({ length: 5 }, (_, index) => storyOf(`story ${index}`));
    const outcomes = await scorer.score(stories, ASSETS, never);
    expect(server.questions).toHaveLength(requests);
    const refused = outcomes.filter((outcome) => outcome.kind === 'unscored');
    expect(refused).toHaveLength(5 - requests);
    expect(refused[0]).toMatchObject({
      retry: 'never',
      reason: expect.stringMatching(/daily budget of .* is spent/),
    });
    clock.advance(12 * 3_600_000);
    expect(await scorer.score([storyOf('tomorrow')], ASSETS, never)).toMatchObject([{ kind: 'scored' }]);
  });
});
