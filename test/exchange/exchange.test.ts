import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { describeWithData } from '../support/data.ts';
import { ScaledClock } from '../support/scaledClock.ts';
import { binance } from './binance.ts';
import { Client } from './client.ts';
import { coinbase } from './coinbase.ts';
import type { Dialect } from './dialect.ts';
import { printed, scheduleOf } from './faults/schedule.ts';
import { kraken } from './kraken.ts';
import { SimulatedExchange } from './simulatedExchange.ts';

const START = Date.UTC(2026, 6, 7, 22, 0, 0);

const opened: (SimulatedExchange | Client)[] = [];

afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.close();
});

async function open(dialect: Dialect, historyMs = 600_000): Promise<SimulatedExchange> {
  const clock = new ScaledClock(START, 50);
  const options = { dialect, clock, seed: 5, markets: 2, tradesPerSecond: 3, historyMs };
  const exchange = await SimulatedExchange.open(options);
  opened.push(exchange);
  return exchange;
}

async function connect(exchange: SimulatedExchange): Promise<Client> {
  const client = await Client.connect(exchange.websocketUrl);
  opened.push(client);
  return client;
}

const get = async (exchange: SimulatedExchange, path: string): Promise<string> =>
  (await fetch(exchange.restUrl + path)).text();

/** Frames that subscribe to a market, as each exchange's documentation has them. */
const subscribe: Record<string, (symbol: string) => string> = {
  kraken: (symbol) =>
    JSON.stringify({ method: 'subscribe', params: { channel: 'trade', symbol: [symbol], snapshot: true } }),
  coinbase: (symbol) =>
    JSON.stringify({
      type: 'subscribe',
      product_ids: [symbol.replace('/', '-')],
      channels: ['matches', 'heartbeat'],
    }),
  binance: (symbol) =>
    JSON.stringify({
      method: 'SUBSCRIBE',
      params: [`${symbol.replace('/', '').toLowerCase()}@trade`],
      id: 1,
    }),
};

describe('subscriptions', () => {
  test('Kraken: status, acknowledgement, the last 50 trades, then updates; unknown pairs in its words', async () => {
    const exchange = await open(kraken);
    const client = await connect(exchange);
    client.send([subscribe.kraken?.('BTC/USD') ?? '', subscribe.kraken?.('NO/USD') ?? '']);
    // Trades may be made between the two answers.
    const refusal = (frame: string): boolean => frame.includes('NO/USD');
    const frames = await client.until(
      (all) => all.some((frame) => frame.includes('"update","data":[{"symbol"')) && all.some(refusal),
    );
    const [status, ack, snapshot] = frames;
    const refused = frames.find(refusal);
    expect(status).toMatch(
      /^\{"channel":"status","type":"update","data":\[\{"version":"2.0.10","system":"online"/,
    );
    expect(ack).toContain('"result":{"channel":"trade","snapshot":true,"symbol":"BTC/USD"},"success":true');
    const ids = (JSON.parse(snapshot ?? '') as { data: { trade_id: number }[] }).data.map((t) => t.trade_id);
    expect(ids).toEqual(Array.from({ length: 50 }, (_, i) => (ids[0] ?? 0) + i));
    expect(refused).toContain(
      '"error":"Currency pair not supported NO/USD","method":"subscribe","success":false',
    );
  });

  test('Coinbase: the last match, then matches and heartbeats; one unknown product refuses the request', async () => {
    const exchange = await open(coinbase);
    const client = await connect(exchange);
    client.send([subscribe.coinbase?.('NO/USD') ?? '', subscribe.coinbase?.('BTC/USD') ?? '']);
    const frames = await client.until(
      (all) => all.some((f) => f.includes('"type":"match"')) && all.some((f) => f.includes('last_trade_id')),
    );
    expect(frames[0]).toBe(
      '{"type":"error","message":"Failed to subscribe","reason":"NO-USD is not a valid product"}',
    );
    expect(frames[1]).toContain('{"name":"matches","product_ids":["BTC-USD"],"account_ids":null}');
    expect(frames[2]).toContain('"type":"last_match"');
  });

  test('Binance: acknowledges streams, and says nothing more of those that do not exist', async () => {
    const exchange = await open(binance);
    const client = await connect(exchange);
    client.send([subscribe.binance?.('NO/USDT') ?? '', subscribe.binance?.('BTC/USDT') ?? '']);
    const frames = await client.until((all) => all.length >= 4);
    expect(frames.slice(0, 2)).toEqual(['{"result":null,"id":1}', '{"result":null,"id":1}']);
    expect(frames[2]).toContain('"stream":"btcusdt@trade"');
  });
});

describe('REST', () => {
  test('Kraken pages by time, leaving out what bears exactly that time: `last` loses trades of a cut instant', async () => {
    const exchange = await open(kraken, 3_600_000);
    await exchange.freeze();
    const made = exchange.tape.markets[0]?.trades.map((trade) => trade.id) ?? [];
    const walk = async (next: (last: string) => string): Promise<number[]> => {
      const ids: number[] = [];
      for (let since = '0', before = ''; since !== before; ) {
        before = since;
        const body = await get(exchange, `/0/public/Trades?pair=BTC/USD&since=${since}`);
        const { result } = JSON.parse(body) as { result: { XXBTZUSD: unknown[][]; last: string } };
        expect(result.XXBTZUSD.length).toBeLessThanOrEqual(1000);
        ids.push(...result.XXBTZUSD.map((row) => Number(row.at(-1))));
        since = next(result.last);
      }
      return ids;
    };
    expect(made.length).toBeGreaterThan(3000);
    expect([...new Set(await walk((last) => `${BigInt(last) - 1n}`))]).toEqual(made);
    expect((await walk((last) => last)).length).toBeLessThan(made.length);
    expect(await get(exchange, '/0/public/Trades?pair=NO/USD')).toBe(
      '{"error":["EQuery:Unknown asset pair"]}',
    );
  });

  test('Coinbase pages backwards by id, Binance forwards', async () => {
    const exchange = await open(coinbase);
    const body = await get(exchange, '/products/BTC-USD/trades?limit=3&after=1010');
    expect((JSON.parse(body) as { trade_id: number }[]).map((t) => t.trade_id)).toEqual([1009, 1008, 1007]);
    const other = await open(binance);
    const page = await get(other, '/api/v3/historicalTrades?symbol=BTCUSDT&fromId=1005&limit=3');
    expect((JSON.parse(page) as { id: number }[]).map((t) => t.id)).toEqual([1005, 1006, 1007]);
    expect(await get(other, '/api/v3/trades?symbol=NOUSDT')).toBe('{"code":-1121,"msg":"Invalid symbol."}');
  });

  test('candles hold the trades: Kraken and Binance fill quiet minutes, Coinbase leaves them out', async () => {
    for (const [dialect, path] of [
      [kraken, '/0/public/OHLC?pair=BTC/USD&interval=1'],
      [coinbase, '/products/BTC-USD/candles?granularity=60'],
      [binance, '/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=1000'],
    ] as const) {
      const exchange = await open(dialect);
      await exchange.freeze();
      const trades = exchange.tape.markets[0]?.trades ?? [];
      const sold = trades.reduce((sum, { row }) => sum + Number(row.quantity), 0);
      const read = JSON.parse(await get(exchange, path)) as Record<string, unknown>;
      const rows = (dialect === kraken ? Object.values(read.result ?? {})[0] : read) as unknown[][];
      const volumes = rows.map((row) => Number(row[dialect === kraken ? 6 : 5]));
      expect(volumes.reduce((sum, volume) => sum + volume, 0)).toBeCloseTo(sold, 6);
      const busy = new Set(trades.map(({ micros }) => Math.floor(micros / 60e6))).size;
      const first = Math.floor((trades[0]?.micros ?? 0) / 60e6);
      const all = Math.floor(exchange.micros / 60e6) - first + 1;
      expect(rows.length).toBe(dialect === coinbase ? busy : all);
    }
  });
});

describe('schedule', () => {
  test('is a function of seed and duration, and deals every kind', () => {
    const options = { seed: 3, durationMs: 3_600_000, everyMs: 30_000, exchange: 'kraken' };
    expect(printed(scheduleOf(options))).toBe(printed(scheduleOf({ ...options })));
    expect(printed(scheduleOf(options))).not.toBe(printed(scheduleOf({ ...options, seed: 4 })));
    expect(new Set(scheduleOf(options).map((fault) => fault.kind)).size).toBe(27);
    expect(scheduleOf(options).every((fault) => fault.atMs < options.durationMs)).toBe(true);
  });
});

/** Kinds of frames, told apart by what they call themselves. */
function kindOf(frame: Record<string, unknown>): string {
  const data = frame.data as Record<string, unknown> | undefined;
  return [frame.channel, frame.type, frame.method, frame.stream === undefined ? '' : data?.e].join(' ');
}

/** Keys in their order with the types of their values; lists by their first item. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value;
  return Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]);
}

describeWithData(
  'frames have the form of the recorded ones',
  [
    'messages/kraken_v2_trade_snapshot_btc_eth_20260926.jsonl',
    'messages/flashbook/coinbase_live-btc-eth.ndjson',
    'messages/flashbook/binance_live-btc-eth.ndjson',
  ],
  (...paths) => {
    test.each([kraken, coinbase, binance].map((dialect, index) => ({ dialect, path: paths[index] ?? '' })))(
      '$dialect.name',
      async ({ dialect, path }) => {
        const lines = readFileSync(path, 'utf8')
          .split('\n')
          .filter((line) => line !== '');
        const recorded = new Map<string, Record<string, unknown>>();
        for (const line of lines) {
          const frame = JSON.parse(line) as Record<string, unknown>;
          if (!recorded.has(kindOf(frame))) recorded.set(kindOf(frame), frame);
        }
        const exchange = await open(dialect);
        const client = await connect(exchange);
        client.send(exchange.symbols.map((symbol) => subscribe[dialect.name]?.(symbol) ?? ''));
        const expected = { kraken: 5, coinbase: 4, binance: 1 }[dialect.name] ?? 0;
        const kinds = new Set<string>();
        const sent = new Set<string>();
        let read = 0;
        const frames = await client.until((all) => {
          for (; read < all.length; read++) {
            sent.add(kindOf(JSON.parse(all[read] ?? '{}') as Record<string, unknown>));
          }
          return all.length > 20 && sent.size >= expected;
        });
        for (const text of frames) {
          const frame = JSON.parse(text) as Record<string, unknown>;
          const example = recorded.get(kindOf(frame));
          // Binance's recording begins after its acknowledgements.
          if (example === undefined && 'id' in frame) continue;
          expect([kindOf(frame), shapeOf(frame)]).toEqual([kindOf(frame), shapeOf(example)]);
          kinds.add(kindOf(frame));
        }
        expect(kinds.size).toBe(expected);
      },
    );
  },
);
