import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Diary, FakeServer, fakeExchange, say } from '../../../test/support/fakeExchange.ts';
import { LoggedClock, until } from '../../../test/support/loggedClock.ts';
import { Session, type SessionOptions } from './session.ts';

const START = Date.UTC(2026, 0, 1);
const CONNECT_MS = 10_000;

let server: FakeServer;
let clock: LoggedClock;
let diary: Diary;
let stop: AbortController;
let running: Promise<void>;

beforeEach(async () => {
  server = await FakeServer.start();
  clock = new LoggedClock(START);
  diary = new Diary();
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await clock.runUntil(running);
  await server.stop();
});

function start(options: Partial<SessionOptions> = {}): Session {
  const session = new Session({
    exchange: fakeExchange(),
    url: server.url,
    symbols: ['A', 'B'],
    clock,
    random: () => 1,
    handler: diary,
    ...options,
  });
  running = session.run(stop.signal);
  running.catch(() => undefined);
  return session;
}
const told = (line: string) => until(() => diary.lines.includes(line));
const alive = { kind: 'alive' };
const states = (session: Session) => session.state().symbols.map(({ symbol, state }) => `${symbol} ${state}`);
/** Pauses between attempts: what was slept but for the time-outs of connecting. */
const pauses = () => clock.asked.filter((ms) => ms !== CONNECT_MS);

describe('a line', () => {
  test('connects, subscribes, gives messages in order and says goodbye', async () => {
    const session = start();
    await told('subscribed "B"');
    say(server.last, { kind: 'status', trading: false, words: 'maintenance' }, alive);
    server.last.send('what?');
    server.last.send(Buffer.from([0xff, 0xfe]), { binary: false });
    server.last.send(Buffer.from('[{"kind":"alive","symbol":"é"}]'));
    await told('alive "é"');
    expect(diary.lines).toEqual([
      'up',
      'subscribed "A"',
      'subscribed "B"',
      'status false "maintenance"',
      'alive',
      'unreadable 5: frame is "what?"; expected a list.',
      'unreadable 2: A frame of 2 bytes is not UTF-8 text.',
      'alive "é"',
    ]);
    expect(session.state()).toMatchObject({
      state: 'open',
      frames: 5,
      attempts: 0,
      reconnects: 0,
      lastFrameAt: START,
    });
    expect(states(session)).toEqual(['A subscribed', 'B subscribed']);
    const closed = new Promise((resolve) => server.last.once('close', resolve));
    stop.abort();
    await running;
    expect(await closed).toBe(1000);
    expect(diary.lines.at(-1)).toBe('down: stopped');
    expect(session.state().state).toBe('closed');
  });

  test('is opened again when the exchange closes it, and everything is asked for again', async () => {
    const session = start();
    await told('subscribed "B"');
    server.last.close(1012, 'restarting');
    await until(() => session.state().state === 'waiting');
    expect(diary.lines.at(-1)).toBe('down: the exchange closed the connection: 1012 restarting');
    expect(pauses().at(-1)).toBe(250);
    clock.wakeNext();
    await until(() => server.received.length === 2 && states(session).includes('B subscribed'));
    expect(server.received).toEqual(['+A,B', '+A,B']);
    expect(session.state()).toMatchObject({ state: 'open', reconnects: 1 });
    server.last.terminate();
    await told('down: the connection broke');
  });

  test('is hung up when nothing comes for too long, also when the other end is gone without a word', async () => {
    const session = start();
    await told('subscribed "B"');
    // Half open: the other end neither reads nor answers from now on.
    server.last.pause();
    expect(clock.asked.at(-1)).toBe(30_000);
    clock.wakeNext();
    await told('down: nothing came for 30 s');
    await until(() => session.state().state === 'waiting');
    clock.wakeNext();
    await until(() => session.state().reconnects === 1);
  });

  test('stays while anything comes', async () => {
    const exchange = fakeExchange({ ping: { everyMs: 20_000, frame: () => 'ping' } });
    server.onFrame = (frame, socket) =>
      say(socket, frame === 'ping' ? alive : { kind: 'subscribed', symbol: 'A' });
    const session = start({ exchange, symbols: ['A'] });
    await told('subscribed "A"');
    while (clock.now() < START + 100_000) {
      await until(() => clock.sleeping === 1);
      clock.wakeNext();
      const pings = Math.floor((clock.now() - START) / 20_000);
      await until(() => server.received.length === pings + 1 && diary.lines.length === pings + 2);
    }
    expect(clock.now() - START).toBe(100_000);
    expect(session.state().state).toBe('open');
  });

  test('sends no frame sooner after another than the exchange allows', async () => {
    const exchange = fakeExchange({
      subscribe: (symbols) => symbols.map((symbol) => `+${symbol}`),
      limits: { frameIntervalMs: 200 },
    });
    start({ exchange, symbols: ['A', 'B', 'C'] });
    await told('subscribed "A"');
    expect(server.received).toEqual(['+A']);
    await until(() => clock.asked.at(-1) === 200);
    clock.wakeNext();
    await told('subscribed "B"');
    expect(clock.now() - START).toBe(200);
    clock.wakeNext();
    await told('subscribed "C"');
    expect(clock.now() - START).toBe(400);
  });

  test('ends with a frame above the limit', async () => {
    start({ exchange: fakeExchange({ limits: { maxFrameBytes: 1000 } }) });
    await told('subscribed "B"');
    server.last.send('x'.repeat(1001));
    await told('down: a frame was larger than 1000 bytes');
  });
});

describe('an attempt that fails', () => {
  const answer = (head: string, body = '') => {
    server.onUpgrade = (socket) => {
      socket.end(`HTTP/1.1 ${head}\r\nConnection: close\r\n\r\n${body}`);
      return true;
    };
  };
  const failed = async (attempts: number): Promise<void> => {
    await until(() => diary.lines.length === attempts && clock.sleeping === 1);
  };

  test('is followed by pauses that double up to half a minute, until a line was healthy for a minute', async () => {
    answer('502 Bad Gateway');
    const session = start({ exchange: fakeExchange({ limits: { silenceMs: 90_000 } }) });
    for (let attempts = 1; attempts <= 9; attempts++) {
      await failed(attempts);
      if (attempts < 9) clock.wakeNext();
    }
    expect(pauses()).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(session.state()).toMatchObject({
      state: 'waiting',
      attempts: 9,
      lastError: 'HTTP 502 Bad Gateway',
    });
    server.onUpgrade = () => false;
    clock.wakeNext();
    await told('subscribed "B"');
    server.last.terminate();
    await told('down: the connection broke');
    expect(pauses().at(-1)).toBe(30_000);
    clock.wakeNext();
    await until(() => session.state().reconnects === 1 && states(session).includes('B subscribed'));
    const { frames } = session.state();
    void clock.sleep(60_000);
    clock.wakeNext();
    say(server.last, alive);
    await until(() => session.state().frames > frames);
    server.last.terminate();
    await until(() => session.state().state === 'waiting');
    expect(pauses().at(-1)).toBe(250);
  });

  test('has jitter, and is never sooner than the exchange allows', async () => {
    answer('502 Bad Gateway');
    const random = [0.5, 0.1, 0.9];
    const exchange = fakeExchange({ limits: { connectIntervalMs: 300 } });
    start({ exchange, random: () => random.shift() ?? 0 });
    for (let attempts = 1; attempts <= 3; attempts++) {
      await failed(attempts);
      if (attempts < 3) clock.wakeNext();
    }
    expect(pauses()).toEqual([300, 300, 900]);
  });

  test('shows what the server said instead, and waits as long as it asks', async () => {
    answer('429 Too Many Requests\r\nRetry-After: 90', '{"error":["EGeneral:Too many connections"]}');
    start();
    await failed(1);
    answer(
      '503 Service Unavailable',
      '<html><head><title>Down for\n maintenance</title></head><body>…</body></html>',
    );
    clock.wakeNext();
    await failed(2);
    answer('200 OK\r\nContent-Type: text/html', '<p>Please <b>log in</b> to the WLAN</p>');
    clock.wakeNext();
    await failed(3);
    expect(diary.lines).toEqual([
      'down: HTTP 429 Too Many Requests: EGeneral:Too many connections',
      'down: HTTP 503 Service Unavailable: Down for maintenance',
      'down: HTTP 200 OK: Please log in to the WLAN',
    ]);
    expect(pauses()).toEqual([90_000, 500, 1000]);
  });

  test('is given up after 10 s, and when nobody listens', async () => {
    let asked = false;
    server.onUpgrade = () => {
      asked = true;
      return true;
    };
    const session = start();
    await until(() => asked);
    clock.wakeNext();
    await told('down: no connection within 10 s');
    await server.stop();
    await until(() => session.state().state === 'waiting');
    clock.wakeNext();
    await until(() => diary.lines.length === 2);
    expect(diary.lines[1]).toContain('ECONNREFUSED');
    server = await FakeServer.start();
  });

  test('can be aborted, as the pause after it can', async () => {
    let asked = false;
    server.onUpgrade = () => {
      asked = true;
      return true;
    };
    start();
    await until(() => asked);
    stop.abort();
    await running;
    expect(diary.lines).toEqual(['down: stopped']);
    stop = new AbortController();
    answer('502 Bad Gateway');
    const session = start();
    await until(() => session.state().state === 'waiting');
    stop.abort();
    await running;
    expect(clock.now()).toBe(START);
  });

  test('never happens with an address or a number of markets that cannot be', () => {
    running = Promise.resolve();
    expect(
      () =>
        new Session({
          exchange: fakeExchange(),
          url: 'kraken.com',
          symbols: [],
          clock,
          random: () => 1,
          handler: diary,
        }),
    ).toThrow('wss://');
    expect(
      () =>
        new Session({
          exchange: fakeExchange(),
          symbols: [...'ABCDEF'],
          clock,
          random: () => 1,
          handler: diary,
        }),
    ).toThrow('at most 5');
  });
});

describe('a market', () => {
  test('that is rejected is shown with the exchange’s words, and asked for again after 10 minutes', async () => {
    server.onFrame = (frame, socket) => {
      if (frame.startsWith('+A,B'))
        say(
          socket,
          { kind: 'subscribed', symbol: 'A' },
          { kind: 'rejected', symbol: 'B', words: 'unknown pair' },
        );
      if (frame === '+B') say(socket, { kind: 'subscribed', symbol: 'B' });
    };
    const session = start({ exchange: fakeExchange({ limits: { silenceMs: 3_600_000 } }) });
    await told('rejected "B" "unknown pair"');
    expect(session.state().symbols).toEqual([
      { symbol: 'A', state: 'subscribed', words: null },
      { symbol: 'B', state: 'rejected', words: 'unknown pair' },
    ]);
    await until(() => clock.asked.at(-1) === 600_000);
    clock.wakeNext();
    await told('subscribed "B"');
    expect(server.received).toEqual(['+A,B', '+B']);
    expect(session.state().symbols[1]).toEqual({ symbol: 'B', state: 'subscribed', words: null });
  });

  test('that is rejected leaves a line that may be silent, and one that is wanted then does not', async () => {
    server.onFrame = (frame, socket) => {
      if (frame === '+A') say(socket, { kind: 'rejected', symbol: 'A', words: 'unknown pair' });
      else say(socket, { kind: 'subscribed', symbol: 'B' });
    };
    const session = start({ symbols: ['A'] });
    await told('rejected "A" "unknown pair"');
    for (let i = 1; i <= 3; i++) {
      await until(() => clock.sleeping === 1);
      clock.wakeNext();
    }
    await until(() => clock.sleeping === 1);
    expect(clock.now() - START).toBe(90_000);
    expect(session.state().state).toBe('open');
    session.subscribe(['B']);
    await told('subscribed "B"');
    await until(() => clock.sleeping === 1);
    clock.wakeNext();
    await told('down: nothing came for 30 s');
  });

  test('that gets no answer is asked for again; its trades are an answer too', async () => {
    server.onFrame = (frame, socket) => {
      if (frame === '+A,B') say(socket, { kind: 'trades', symbol: 'A', snapshot: true, trades: [] });
      else say(socket, { kind: 'subscribed', symbol: 'B' });
    };
    const session = start();
    await told('trades "A" true []');
    expect(states(session)).toEqual(['A subscribed', 'B pending']);
    expect(clock.asked.at(-1)).toBe(15_000);
    clock.wakeNext();
    await told('subscribed "B"');
    expect(server.received).toEqual(['+A,B', '+B']);
  });

  test('that makes the exchange refuse all is found by asking for each alone', async () => {
    server.onFrame = (frame, socket) => {
      if (frame.includes('B')) say(socket, { kind: 'rejected', symbol: null, words: 'no such product' });
      else say(socket, { kind: 'subscribed', symbol: frame.slice(1) });
    };
    const session = start({ symbols: ['A', 'B', 'C'] });
    await told('subscribed "C"');
    expect(server.received).toEqual(['+A,B,C', '+A', '+B', '+C']);
    expect(states(session)).toEqual(['A subscribed', 'B rejected', 'C subscribed']);
  });

  test('comes and goes at run time', async () => {
    server.onFrame = (frame, socket) => {
      const kind = frame.startsWith('+') ? 'subscribed' : 'unsubscribed';
      say(
        socket,
        ...frame
          .slice(1)
          .split(',')
          .map((symbol) => ({ kind, symbol })),
      );
    };
    const session = start();
    await told('subscribed "B"');
    session.subscribe(['C', 'D', 'A']);
    await told('subscribed "D"');
    session.unsubscribe(['A', 'Z']);
    await told('unsubscribed "A"');
    expect(states(session)).toEqual(['B subscribed', 'C subscribed', 'D subscribed']);
    expect(() => session.subscribe(['E', 'F', 'G'])).toThrow('at most 5');
    server.last.terminate();
    await until(() => session.state().state === 'waiting');
    session.unsubscribe(['B']);
    clock.wakeNext();
    await until(() => server.received.length === 4);
    expect(server.received).toEqual(['+A,B', '+C,D', '-A', '+C,D']);
  });

  test('that the exchange drops is asked for again', async () => {
    const session = start();
    await told('subscribed "B"');
    say(server.last, { kind: 'unsubscribed', symbol: 'B' });
    await until(() => states(session).includes('B pending') && clock.asked.at(-1) === 15_000);
    clock.wakeNext();
    await until(() => server.received.length === 2);
    expect(server.received).toEqual(['+A,B', '+B']);
  });
});

describe('a handler', () => {
  test('that is slow slows the exchange down, and no more waits in memory than a chunk of the socket', async () => {
    const session = start();
    await told('subscribed "B"');
    let release = (): void => undefined;
    diary.onMessage = () => new Promise<void>((resolve) => (release = resolve));
    const sent = 20_000;
    const frame = JSON.stringify([{ kind: 'alive', symbol: 'x'.repeat(1000) }]);
    const before = session.state().frames;
    for (let i = 0; i < sent; i++) server.last.send(frame);
    await until(() => session.state().frames === before + 1);
    // Both ends are in this process: when nothing has moved for so many turns, nothing moves any more.
    let [left, still] = [-1, 0];
    await until(() => {
      still = server.last.bufferedAmount === left ? still + 1 : 0;
      left = server.last.bufferedAmount;
      return still === 500;
    });
    // What neither side's kernel holds has stayed with the exchange. Time may pass: it is not silence.
    await until(() => clock.sleeping === 1);
    clock.wakeNext();
    await until(() => clock.sleeping === 1);
    expect(server.last.bufferedAmount).toBeGreaterThan(5_000_000);
    expect(session.state()).toMatchObject({ state: 'open', frames: before + 1 });
    diary.onMessage = async () => undefined;
    release();
    await until(() => session.state().frames === before + sent);
    expect(server.last.bufferedAmount).toBe(0);
    expect(session.state().reconnects).toBe(0);
  });

  test('is given what came before the line broke, and only then told', async () => {
    start();
    await told('subscribed "B"');
    let release = (): void => undefined;
    diary.onMessage = () => new Promise<void>((resolve) => (release = resolve));
    say(server.last, { kind: 'alive', symbol: '1' }, { kind: 'alive', symbol: '2' });
    say(server.last, { kind: 'alive', symbol: '3' });
    server.last.close();
    await told('alive "1"');
    diary.onMessage = async () => undefined;
    release();
    await told('down: the exchange closed the connection');
    expect(diary.lines.slice(-4, -1)).toEqual(['alive "1"', 'alive "2"', 'alive "3"']);
  });

  test('that fails ends the session with its error', async () => {
    const session = start();
    await told('subscribed "B"');
    diary.onMessage = async () => {
      throw new Error('the disk is full');
    };
    say(server.last, alive);
    await expect(running).rejects.toThrow('the disk is full');
    expect(session.state().state).toBe('closed');
    await until(() => server.last.readyState === server.last.CLOSED);
    running = Promise.resolve();
  });

  test('finishes the message in hand when the session is stopped', async () => {
    start();
    await told('subscribed "B"');
    let release = (): void => undefined;
    diary.onMessage = () => new Promise<void>((resolve) => (release = resolve));
    say(server.last, { kind: 'alive', symbol: '1' });
    say(server.last, { kind: 'alive', symbol: '2' });
    await told('alive "1"');
    stop.abort();
    await until(() => server.last.readyState === server.last.CLOSED);
    let over = false;
    void running.then(() => (over = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(over).toBe(false);
    release();
    await running;
    expect(diary.lines.slice(-2)).toEqual(['alive "1"', 'down: stopped']);
  });
});

test('an exchange that does not answer our goodbye is hung up on after 2 s', async () => {
  start();
  await told('subscribed "B"');
  server.last.pause();
  stop.abort();
  await until(() => clock.asked.at(-1) === 2000);
  clock.wakeNext();
  await running;
  expect(clock.now() - START).toBe(2000);
});
