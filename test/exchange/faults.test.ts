import { afterEach, describe, expect, test } from '@jest/globals';
import { ScaledClock } from '../support/scaledClock.ts';
import { Client } from './client.ts';
import { faultUnits } from './faults/units.ts';
import { kraken } from './kraken.ts';
import { SimulatedExchange } from './simulatedExchange.ts';

// Each fault does on the wire what its name says, seen by a client that does nothing about it.

const opened: (SimulatedExchange | Client)[] = [];

afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.close();
});

/** A Kraken with one market and one fault, and a client that has its snapshot. */
async function suffering(
  kind: string,
  how: { readonly forMs?: number; readonly amount?: number; readonly pick?: number } = {},
) {
  const clock = new ScaledClock(Date.UTC(2026, 0, 1), 40);
  const fault = { kind, atMs: 3_000, forMs: 0, pick: 0, amount: 1, ...how };
  const options = { dialect: kraken, clock, seed: 2, markets: 1, tradesPerSecond: 4, historyMs: 120_000 };
  const exchange = await SimulatedExchange.open({ ...options, faults: [fault] });
  opened.push(exchange);
  const client = await Client.connect(exchange.websocketUrl);
  opened.push(client);
  client.send(['{"method":"subscribe","params":{"channel":"trade","symbol":["BTC/USD"]}}']);
  const injected = async (): Promise<void> => {
    while (!exchange.faults.injected.has(kind)) await clock.sleep(200);
  };
  return { exchange, client, clock, injected };
}

const idsOf = (frame: string): number[] =>
  [...frame.matchAll(/"trade_id":(\d+)/g)].map((found) => Number(found[1]));
const allIds = (frames: readonly string[]): number[] => frames.flatMap(idsOf);
const distinct = (ids: readonly number[]): number => new Set(ids).size;

describe('connections', () => {
  test('cut-mid-frame breaks the line without a close, and the frame never arrives', async () => {
    const { client, exchange } = await suffering('cut-mid-frame');
    expect(await client.closed()).toBe(1006);
    expect(Math.max(...allIds(client.frames))).toBeLessThan(exchange.tape.markets[0]?.trades.at(-1)?.id ?? 0);
  });

  test('clean-close says goodbye', async () => {
    const { client } = await suffering('clean-close');
    expect(await client.closed()).toBe(1001);
  });

  test('connection-refused keeps everybody out, then lets them in on the same port', async () => {
    const { client, exchange, clock } = await suffering('connection-refused', { forMs: 4_000 });
    expect(await client.closed()).toBe(1006);
    await expect(Client.connect(exchange.websocketUrl)).rejects.toThrow('ECONNREFUSED');
    let again: Client | null = null;
    while (again === null) {
      await clock.sleep(500);
      again = await Client.connect(exchange.websocketUrl).catch(() => null);
    }
    again.close();
  });

  test.each([
    ['silence', 60_000],
    ['half-open', 0],
  ] as const)('%s: trades are made and nothing comes', async (kind, forMs) => {
    const { client, exchange, clock, injected } = await suffering(kind, { forMs });
    await injected();
    const made = exchange.tape.markets[0]?.trades ?? [];
    const first = made.at(-1)?.id ?? 0;
    client.send(['{"method":"ping"}']);
    while ((made.at(-1)?.id ?? 0) < first + 5) await clock.sleep(200);
    expect(Math.max(...allIds(client.frames))).toBeLessThanOrEqual(first);
    expect(client.frames.some((frame) => frame.includes('pong'))).toBe(false);
  });

  test('slow-frames still arrive whole', async () => {
    const { client } = await suffering('slow-frames', { forMs: 5_000 });
    const frames = await client.until((all) => distinct(allIds(all)) > 80);
    for (const frame of frames) expect(() => JSON.parse(frame) as unknown).not.toThrow();
  });
});

describe('frames', () => {
  test('duplicate-frames and snapshot-again tell the same trades again', async () => {
    for (const kind of ['duplicate-frames', 'snapshot-again']) {
      const { client } = await suffering(kind, { amount: 2 });
      await client.until((all) => allIds(all).length > distinct(allIds(all)));
    }
  });

  test('reordered-frames tell a newer trade before an older one', async () => {
    const { client } = await suffering('reordered-frames');
    await client.until((all) => allIds(all).some((id, i, ids) => i > 0 && id < (ids[i - 1] ?? 0)));
  });

  test('unknown-fields: channels nobody knows, and fields in trades that are as good as ever', async () => {
    const { client } = await suffering('unknown-fields');
    const frames = await client.until((all) => all.some((frame) => frame.includes('"venue":"main"')));
    expect(frames.some((frame) => frame.includes('"channel":"instrument"'))).toBe(true);
  });

  test.each([0.2, 0.8])(
    'malformed-json: the frame is on record, its trades are lost to the socket (%d)',
    async (pick) => {
      const { client, exchange } = await suffering('malformed-json', { pick });
      await client.until(() => exchange.malformed.some((frame) => frame.passedAt !== null));
      const sent = exchange.malformed.map((frame) => Buffer.from(frame.payload).toString());
      expect(sent).toHaveLength(1);
      expect(client.frames).toContain(sent[0]);
      expect(sent[0]).toMatch(pick < 0.5 ? /^\{"damaged":0,/ : /"price":"no number 0"/);
    },
  );

  test('binary-garbage', async () => {
    const { client, exchange } = await suffering('binary-garbage', { amount: 30 });
    await client.until(() => exchange.malformed.some((frame) => frame.passedAt !== null));
    expect(exchange.malformed[0]?.payload).toHaveLength(38);
  });
});

describe('the market', () => {
  test('real-hole: REST has what the socket left out', async () => {
    const { client, exchange } = await suffering('real-hole', { amount: 3 });
    await client.until((all) => {
      const hidden = exchange.tape.markets[0]?.trades.filter((trade) => trade.hidden) ?? [];
      return hidden.length === 3 && allIds(all).some((id) => id > (hidden.at(-1)?.id ?? 0));
    });
    const hidden = exchange.tape.markets[0]?.trades.filter((trade) => trade.hidden).map((t) => t.id) ?? [];
    const page = await (await fetch(`${exchange.restUrl}/0/public/Trades?pair=BTC/USD`)).text();
    for (const id of hidden) {
      expect(allIds(client.frames)).not.toContain(id);
      expect(page).toContain(`,"",${id}]`);
    }
  });

  test('false-hole: nobody has the ids', async () => {
    const { client, exchange } = await suffering('false-hole', { amount: 2 });
    await client.until((all) => allIds(all).some((id, i, ids) => i > 0 && id === (ids[i - 1] ?? 0) + 3));
    const { fromId, toId } = exchange.tape.markets[0]?.skipped[0] ?? { fromId: 0, toId: 0 };
    expect(toId - fromId).toBe(1);
    const page = await (await fetch(`${exchange.restUrl}/0/public/Trades?pair=BTC/USD`)).text();
    expect(page).toContain(`,"",${toId + 1}]`);
    expect(page).not.toContain(`,"",${toId}]`);
  });

  test('one-timestamp: all trades of a second bear one time', async () => {
    const { exchange, clock, injected } = await suffering('one-timestamp', { amount: 5 });
    await injected();
    await clock.sleep(8_000);
    const live = exchange.tape.markets[0]?.trades.slice(-60) ?? [];
    const seconds = new Set(live.map(({ row }) => row.ts.slice(0, 19)));
    const together = [...seconds].filter((second) => {
      const times = new Set(live.filter(({ row }) => row.ts.startsWith(second)).map(({ row }) => row.ts));
      return times.size === 1 && live.filter(({ row }) => row.ts.startsWith(second)).length > 2;
    });
    expect(together.length).toBeGreaterThanOrEqual(1);
  });

  test('clock-skew: times run ahead of ours or behind', async () => {
    const { exchange, clock, injected } = await suffering('clock-skew', { forMs: 60_000, pick: 0.99 });
    await injected();
    while (exchange.micros / 1000 - clock.now() < 1_000) await clock.sleep(200);
  });

  test('symbol-delisted: the line is closed, the pair unknown, and listed again later', async () => {
    const { client, exchange, clock } = await suffering('symbol-delisted', { forMs: 4_000 });
    expect(await client.closed()).toBe(1012);
    const ask = async (): Promise<string> =>
      (await fetch(`${exchange.restUrl}/0/public/Trades?pair=BTC/USD`)).text();
    expect(await ask()).toBe('{"error":["EQuery:Unknown asset pair"]}');
    while ((await ask()).includes('Unknown')) await clock.sleep(500);
  });

  test('maintenance is announced, stops trading, and ends', async () => {
    const { client, exchange, clock } = await suffering('maintenance', { forMs: 6_000 });
    await client.until((all) => all.some((frame) => frame.includes('"system":"maintenance"')));
    const made = exchange.tape.markets[0]?.trades.length;
    while (!exchange.trading) {
      expect(exchange.tape.markets[0]?.trades.length).toBe(made);
      await clock.sleep(200);
    }
    await client.until((all) => all.filter((frame) => frame.includes('"system":"online"')).length === 2);
  });
});

describe('REST', () => {
  test.each([
    ['rest-429-retry-after', 429, '3', 'slow down'],
    ['rest-429', 429, null, 'Too many'],
    ['rest-rate-words', 200, null, 'EGeneral:Too many requests'],
    ['rest-500', 500, null, ''],
    ['rest-502', 502, null, 'Bad Gateway'],
    ['rest-html-200', 200, null, '<!DOCTYPE html>'],
    ['rest-html-503', 503, null, '<!DOCTYPE html>'],
  ])('%s', async (kind, status, retryAfter, words) => {
    const { exchange, injected } = await suffering(kind, { forMs: 60_000 });
    await injected();
    const answer = await fetch(`${exchange.restUrl}/0/public/Trades?pair=BTC/USD`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, retryAfter]);
    expect(await answer.text()).toContain(words);
  });

  test('rest-hang never answers', async () => {
    const { exchange, injected } = await suffering('rest-hang', { forMs: 60_000 });
    await injected();
    const answer = fetch(`${exchange.restUrl}/0/public/Trades`, { signal: AbortSignal.timeout(200) });
    await expect(answer).rejects.toThrow('timeout');
  });

  test('rest-lag: the newest trades are not there yet', async () => {
    const { exchange, injected } = await suffering('rest-lag', { forMs: 60_000, amount: 15 });
    await injected();
    const page = await (await fetch(`${exchange.restUrl}/0/public/Trades?pair=BTC/USD`)).text();
    const shown = [...page.matchAll(/,"",(\d+)\]/g)].map((found) => Number(found[1]));
    expect(Math.max(...shown)).toBeLessThan(exchange.tape.markets[0]?.trades.at(-1)?.id ?? 0);
  });
});

test('every kind has a name of its own', () => {
  expect(new Set(faultUnits.map((unit) => unit.kind)).size).toBe(faultUnits.length);
});
