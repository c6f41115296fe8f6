import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { FakeServer, say } from '../../../test/support/fakeExchange.ts';
import { FakeMarket } from '../../../test/support/fakeMarket.ts';
import { until } from '../../../test/support/loggedClock.ts';
import { ScaledClock } from '../../../test/support/scaledClock.ts';
import { LandingFailed } from '../../errors.ts';
import type { Trade } from '../../landing.ts';
import { MemoryLanding } from '../../memoryLanding.ts';
import type { MarketState } from './feedState.ts';
import { LandedMemory } from './landedMemory.ts';
import { LiveFeed, type LiveFeedOptions } from './liveFeed.ts';

// Over a real socket; a second of the feed takes 20 ms.

class FailingLanding extends MemoryLanding {
  away = false;
  failures = 0;

  override async trades(rows: readonly Trade[]): Promise<number> {
    if (this.away) {
      this.failures++;
      throw new LandingFailed('Gone.', 'Wait.', { cause: null, transient: true });
    }
    return super.trades(rows);
  }
}

let server: FakeServer;
let market: FakeMarket;
let landing: FailingLanding;
let news: string[];
let stop: AbortController;
let running: Promise<void>;
let feed: LiveFeed;

beforeEach(async () => {
  server = await FakeServer.start();
  market = new FakeMarket({ pageSize: 100, limits: { symbolsPerConnection: 1 } });
  market.make(1, 620, '2026-01-05T11:50:00.000Z');
  market.lag = 20;
  landing = new FailingLanding();
  news = [];
});
afterEach(async () => {
  stop.abort();
  await running;
  await server.stop();
});

function start(options: Partial<LiveFeedOptions> = {}): void {
  feed = new LiveFeed({
    exchange: market.exchange,
    symbols: ['BTC/USD'],
    landing,
    memory: new LandedMemory(landing),
    clock: new ScaledClock(Date.parse('2026-01-05T12:00:20.000Z'), 50),
    random: () => 0.5,
    urls: { websocket: server.url },
    historyHours: 1,
    resumeHours: 24,
    onNews: (sentence) => news.push(sentence),
    fetch: market.fetch,
    ...options,
  });
  stop = new AbortController();
  running = feed.run(stop.signal);
}
/** Trades happen: from now on they are in the history too. */
const bring = (from: number, to: number): void => {
  market.lag = 620 - to;
  say(server.last, {
    kind: 'trades',
    symbol: 'BTC/USD',
    snapshot: false,
    trades: market.ids(from, to),
  });
};
const stateOf = (symbol = 'BTC/USD'): MarketState | undefined =>
  feed.state().markets.find((one) => one.symbol === symbol);
const landed = (): number => landing.stored.trades.size;

test('history, candles and live trades come together, and what was handed over is stored in the end', async () => {
  start();
  await until(() => stateOf()?.state === 'live');
  bring(601, 605);
  await until(() => landed() >= 605 && landing.stored.candles.size >= 10);
  bring(606, 610);
  await until(() => stateOf()?.last?.tradeId === '610');
  stop.abort();
  await running;
  expect(landed()).toBe(610);
  // 12:00 is not over.
  expect([...landing.stored.candles.values()].map(({ windowStart }) => windowStart.slice(11, 16))).toEqual(
    Array.from({ length: 10 }, (_, minute) => `11:5${minute}`),
  );
  expect(stateOf()).toMatchObject({ openHoles: 0, counts: { permanent: 0 } });
});

test('a frame that cannot be read is kept with its bytes, up to a number in an hour', async () => {
  start();
  await until(() => stateOf()?.state === 'live');
  for (let frame = 0; frame < 1005; frame++) server.last.send(`what? ${frame}`);
  await until(() => feed.state().deadLetters.dropped === 5);
  await until(() => landing.stored.deadLetters.size === 1000);
  const [letter] = [...landing.stored.deadLetters.values()];
  expect(Buffer.from(letter?.raw ?? []).toString()).toBe('what? 0');
  expect(letter).toMatchObject({
    source: 'fake',
    place: expect.stringMatching(/^connection 1 frame 2 at 2026-01-05T12:0\d:\d\d\.\d+Z$/),
    reason: expect.stringContaining('expected a list'),
  });
});

test('markets come and go while it runs, over as many connections as they need', async () => {
  server.onFrame = (frame, socket) => {
    const symbol = frame.slice(1);
    if (frame === '+NO/USD') say(socket, { kind: 'rejected', symbol, words: 'no such pair' });
    else if (frame.startsWith('+')) say(socket, { kind: 'subscribed', symbol });
  };
  start();
  await until(() => stateOf()?.state === 'live');
  feed.subscribe(['NO/USD']);
  await until(() => stateOf('NO/USD')?.state === 'rejected');
  expect(stateOf('NO/USD')?.words).toBe('no such pair');
  expect(feed.state().connections).toHaveLength(2);
  expect(news).toContain('fake, connection 2: NO/USD is rejected: no such pair');
  feed.unsubscribe(['BTC/USD']);
  await until(() => feed.state().connections.length === 1);
  expect(feed.state().markets.map(({ symbol }) => symbol)).toEqual(['NO/USD']);
  feed.subscribe(['BTC/USD']);
  await until(() => stateOf()?.state === 'live');
});

test('an exchange that does not trade says so', async () => {
  start();
  await until(() => stateOf()?.state === 'live');
  say(server.last, { kind: 'status', trading: false, words: 'maintenance' });
  await until(() => stateOf()?.state === 'halted');
  expect(stateOf()?.words).toBe('maintenance');
  say(server.last, { kind: 'status', trading: true, words: 'online' });
  await until(() => stateOf()?.state !== 'halted');
  expect(news.slice(-2)).toEqual([
    'fake, connection 1: does not trade: maintenance',
    'fake, connection 1: trades again: online',
  ]);
});

test('a database that is away for long is waited for, and nothing is lost by it', async () => {
  start();
  await until(() => stateOf()?.state === 'live');
  bring(601, 605);
  await until(() => landed() >= 605);
  landing.away = true;
  bring(606, 606);
  // The writer has given up.
  await until(() => news.includes('Gone. Wait.'));
  expect(landing.failures).toBeGreaterThan(5);
  landing.away = false;
  await until(() => stateOf()?.state === 'live');
  bring(615, 620);
  await until(() => landed() === 620 && stateOf()?.openHoles === 0);
});

test('a landing that fails for good ends it with the error', async () => {
  landing.gaps = async () => {
    throw new Error('no such table');
  };
  start();
  await expect(running).rejects.toThrow('no such table');
  running = Promise.resolve();
});
