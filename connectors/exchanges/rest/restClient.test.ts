import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LoggedClock, until } from '../../../test/support/loggedClock.ts';
import { BadField, ExchangeRefused, ExchangeUnreachable } from '../../errors.ts';
import { RestClient, type RestClientOptions } from './restClient.ts';

const START = Date.UTC(2026, 0, 1);
const TIMEOUT_MS = 15_000;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let clock: LoggedClock;
/** Answers in order; the last one again and again. */
let answers: Answer[];
let asked: string[];

beforeEach(async () => {
  clock = new LoggedClock(START);
  answers = [];
  asked = [];
  server = createServer((request, response) => {
    asked.push(`${request.url}`);
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    answer?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const client = (options: Partial<RestClientOptions> = {}) =>
  new RestClient({
    exchange: { name: 'fake', restUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    clock,
    random: () => 1,
    intervalMs: 1000,
    ...options,
  });
const answer =
  (status: number, body: string, headers: Record<string, string> = {}): Answer =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
/** Pauses: what was slept but for the time-outs of requests. */
const pauses = () => clock.asked.filter((ms) => ms !== TIMEOUT_MS);
/** Wakes whoever waits for a turn or an attempt, but no time-out of a request. */
async function pass<T>(work: Promise<T>): Promise<T> {
  let done = false;
  const settled = work.finally(() => {
    done = true;
  });
  settled.catch(() => undefined);
  let seen = 0;
  while (!done) {
    await until(() => done || clock.asked.length > seen);
    for (; seen < clock.asked.length; seen++) if (clock.asked[seen] !== TIMEOUT_MS) clock.wakeNext();
  }
  return settled;
}

describe('a request', () => {
  test('gives the body and says who asks', async () => {
    let agent: string | undefined;
    answers = [
      (request, response) => {
        agent = request.headers['user-agent'];
        response.end('{"ok":"é"}');
      },
    ];
    const rest = client();
    expect(await rest.get('/0/public/Trades?pair=XBTUSD')).toBe('{"ok":"é"}');
    expect(asked).toEqual(['/0/public/Trades?pair=XBTUSD']);
    expect(agent).toMatch(/^tickwave\/\d+\.\d+\.\d+$/);
    expect(rest.counts()).toEqual({ requests: 1, retries: 0, refused: 0, waitedMs: 0 });
    expect(clock.sleeping).toBe(0);
  });

  test('waits its turn behind those that came before', async () => {
    answers = [answer(200, '1')];
    const rest = client();
    const gone = new AbortController();
    const all = ['/a', '/b', '/c', '/d'].map((path) =>
      rest.get(path, path === '/b' ? gone.signal : undefined),
    );
    gone.abort(new Error('not wanted any more'));
    await expect(all[1]).rejects.toThrow('not wanted any more');
    await pass(Promise.all([all[0], all[2], all[3]]));
    expect(asked).toEqual(['/a', '/c', '/d']);
    expect(clock.now() - START).toBe(2000);
    expect(rest.counts()).toEqual({ requests: 3, retries: 0, refused: 0, waitedMs: 3000 });
  });

  test('is tried again after faults, with pauses that double, and then given up', async () => {
    answers = [answer(502, 'Bad gateway')];
    const rest = client();
    const error: unknown = await pass(rest.get('/a')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ExchangeUnreachable);
    expect(String(error)).toContain('after 7 attempts: HTTP 502 Bad Gateway: Bad gateway.');
    expect(pauses()).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000]);
    expect(rest.counts()).toEqual({ requests: 7, retries: 6, refused: 0, waitedMs: 61_000 });
  });

  test.each<[string, Answer]>([
    ['a connection that breaks', (request) => request.socket.destroy()],
    [
      'a body that breaks off',
      (request, response) => {
        response.writeHead(200, { 'content-length': 100 }).write('{');
        setImmediate(() => request.socket.destroy());
      },
    ],
    ['a web page', answer(200, 'Please wait', { 'content-type': 'text/html; charset=utf-8' })],
    ['a web page that says it is JSON', answer(200, '<!DOCTYPE html><title>Just a moment...</title>')],
  ])('is tried again after %s', async (_name, fault) => {
    answers = [fault, answer(200, 'fine')];
    expect(await pass(client().get('/a'))).toBe('fine');
    expect(asked).toHaveLength(2);
  });

  test('is tried again when there is no whole answer in time', async () => {
    answers = [(_request, response) => response.writeHead(200).write('{'), answer(200, 'fine')];
    const got = client({ retries: 1 }).get('/a');
    await until(() => asked.length === 1);
    clock.wakeNext();
    await until(() => clock.asked.length === 2);
    clock.wakeNext();
    expect(await got).toBe('fine');
    expect(clock.now() - START).toBe(TIMEOUT_MS + 1000);
  });

  test('says why nothing can be reached', async () => {
    const rest = client({ retries: 0 });
    await new Promise((resolve) => server.close(resolve));
    const error: unknown = await rest.get('/a').catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(
      /^ExchangeUnreachable: fake \(http:.*\) gives no answer, after 1 attempt: .*ECONNREFUSED/,
    );
  });

  test('can be aborted in the middle and in a pause', async () => {
    answers = [() => undefined];
    const stop = new AbortController();
    const got = client().get('/a', stop.signal);
    await until(() => asked.length === 1);
    stop.abort(new Error('stopped'));
    await expect(got).rejects.toThrow('stopped');
    answers = [answer(500, '')];
    const again = new AbortController();
    const paused = client().get('/a', again.signal);
    await until(() => pauses().length === 1);
    again.abort(new Error('stopped in the pause'));
    await expect(paused).rejects.toThrow('stopped in the pause');
    expect(clock.sleeping).toBe(0);
  });
});

describe('a refusal', () => {
  test.each([
    [400, '{"code":-1121,"msg":"Invalid symbol."}', 'fake refused /a: HTTP 400 Bad Request: Invalid symbol.'],
    [404, '{"message":"NotFound"}', 'HTTP 404 Not Found: NotFound.'],
    [403, '<html><title>Blocked</title></html>', 'HTTP 403 Forbidden: Blocked.'],
  ])('for good (%i) is not asked again', async (status, body, words) => {
    answers = [answer(status, body)];
    const rest = client();
    const error: unknown = await rest.get('/a').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ExchangeRefused);
    expect(error).toMatchObject({ transient: false });
    expect(String(error)).toContain(words);
    expect(rest.counts()).toMatchObject({ requests: 1, refused: 1 });
  });

  test.each([429, 418, 503])(
    'for now (%i) holds every caller as long as the exchange asks',
    async (status) => {
      answers = [answer(status, '', { 'retry-after': '60' }), answer(200, 'fine')];
      const rest = client();
      const first = rest.get('/a');
      await until(() => rest.counts().refused === 1);
      const second = rest.get('/b');
      await until(() => clock.sleeping > 0);
      clock.wakeNext();
      await pass(Promise.all([first, second]));
      expect(asked).toEqual(['/a', '/a', '/b']);
      expect(clock.now() - START).toBe(61_000);
    },
  );

  test('may name a date', async () => {
    const date = new Date(START + 42_000).toUTCString();
    answers = [answer(429, '', { 'retry-after': date }), answer(200, 'fine')];
    expect(await pass(client().get('/a'))).toBe('fine');
    expect(clock.now() - START).toBe(42_000);
  });

  test('for days is not waited for, and nothing is asked until it is over', async () => {
    answers = [answer(418, 'banned', { 'retry-after': '259200' }), answer(200, 'fine')];
    const rest = client();
    await expect(rest.get('/a')).rejects.toThrow('until 2026-01-04T00:00:00.000Z');
    await expect(rest.get('/a')).rejects.toThrow(ExchangeUnreachable);
    expect(asked).toHaveLength(1);
    void clock.sleep(259_200_000);
    clock.wakeNext();
    expect(await rest.get('/a')).toBe('fine');
  });

  test('inside an answer is found by who reads it', async () => {
    answers = [
      answer(200, 'EAPI:Rate limit exceeded'),
      answer(200, 'EQuery:Unknown asset pair'),
      answer(200, '?'),
    ];
    const read = (body: string): string => {
      if (body === '?') throw new BadField('body', body, 'trades');
      throw new ExchangeRefused(`fake says ${body}.`, '', { transient: body.startsWith('EAPI') });
    };
    const rest = client();
    await expect(pass(rest.getRead('/a', read))).rejects.toThrow('EQuery:Unknown asset pair');
    await expect(pass(rest.getRead('/a', read))).rejects.toThrow(BadField);
    expect(rest.counts()).toMatchObject({ requests: 3, retries: 1, refused: 2 });
    expect(pauses()[0]).toBe(1000);
  });
});

test('an answer above the limit is cut off, not read to its end', async () => {
  let sent = 0;
  answers = [
    (_request, response) => {
      const more = (): void => {
        while (!response.destroyed && sent < 1e9 && response.write('x'.repeat(100_000))) sent += 100_000;
      };
      response.on('drain', more);
      more();
    },
  ];
  const closed = new Promise((resolve) =>
    server.once('connection', (socket) => socket.once('close', resolve)),
  );
  await expect(client({ maxBodyBytes: 1_000_000 }).get('/a')).rejects.toThrow('more than 1000000 bytes');
  await closed;
  expect(sent).toBeLessThan(100_000_000);
  expect(asked).toHaveLength(1);
});
