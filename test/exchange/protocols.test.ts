import { afterEach, describe, expect, test } from '@jest/globals';
import type { Message } from '../../connectors/exchanges/exchange.ts';
import { exchangeNamed } from '../../connectors/exchanges/registry.ts';
import { isoOf, MICROS_PER_MINUTE } from '../../connectors/instant.ts';
import type { Trade } from '../../connectors/landing.ts';
import { ScaledClock } from '../support/scaledClock.ts';
import { binance } from './binance.ts';
import { candlesOf } from './candles.ts';
import { Client } from './client.ts';
import { coinbase } from './coinbase.ts';
import { trimmed } from './decimals.ts';
import { kraken } from './kraken.ts';
import { SimulatedExchange } from './simulatedExchange.ts';
import type { MadeTrade } from './tape.ts';

// Tickwave's protocols read what the simulated exchanges say into exactly the trades that were made.

const RECEIVED = '2026-01-01T12:00:00.000Z';

const opened: (SimulatedExchange | Client)[] = [];

afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.close();
});

/** All fields but when it was received; zeros at the end of a number mean nothing. */
function plain(trade: Trade): Omit<Trade, 'receivedAt'> {
  const { receivedAt: _, ...rest } = trade;
  return { ...rest, price: trimmed(trade.price), quantity: trimmed(trade.quantity) };
}

const made = (trades: readonly MadeTrade[]): unknown[] => trades.map(({ row }) => plain(row));

describe.each([kraken, coinbase, binance])('$name', (dialect) => {
  const protocol = exchangeNamed(dialect.name);

  async function open(): Promise<SimulatedExchange> {
    const clock = new ScaledClock(Date.UTC(2026, 0, 1, 11), 50);
    const options = { dialect, clock, seed: 8, markets: 2, tradesPerSecond: 4, historyMs: 1_200_000 };
    const exchange = await SimulatedExchange.open(options);
    opened.push(exchange);
    return exchange;
  }

  test('reads the socket', async () => {
    const exchange = await open();
    const client = await Client.connect(exchange.websocketUrl);
    opened.push(client);
    client.send(protocol.subscribe([...exchange.symbols, 'NOPE/USD']));
    const messages: Message[] = [];
    let read = 0;
    const trades = (symbol: string): Trade[] =>
      messages.flatMap((m) => (m.kind === 'trades' && m.symbol === symbol ? [...m.trades] : []));
    await client.until((frames) => {
      for (; read < frames.length; read++) messages.push(...protocol.read(frames[read] ?? '', RECEIVED));
      return exchange.symbols.every((symbol) => trades(symbol).length > 60);
    });
    for (const market of exchange.tape.markets) {
      const came = trades(market.symbol);
      const from = market.indexOf(Number(came[0]?.tradeId));
      expect(came.map(plain)).toEqual(made(market.trades.slice(from, from + came.length)));
      expect(messages).toContainEqual({ kind: 'subscribed', symbol: market.symbol });
    }
    const rejected = messages.filter((message) => message.kind === 'rejected');
    expect(rejected.map((message) => message.symbol)).toEqual(dialect === binance ? [] : ['NOPE/USD']);
  });

  test('reads and pages the history of trades', async () => {
    const exchange = await open();
    await exchange.freeze();
    const get = async (path: string): Promise<string> => (await fetch(exchange.restUrl + path)).text();
    for (const market of exchange.tape.markets) {
      const first = market.trades[0];
      if (first === undefined) throw new Error('Nothing was traded.');
      const found = new Map<string, Trade>();
      let place = { tradeId: String(first.id), micros: first.micros };
      for (let before = -1; found.size > before; ) {
        before = found.size;
        const body = await get(protocol.history.from(market.symbol, place));
        const page = protocol.history.read(body, market.symbol, RECEIVED);
        expect(page.length).toBeLessThanOrEqual(protocol.history.pageSize);
        for (const trade of page) found.set(trade.tradeId, trade);
        const last = market.trades[market.indexOf(Number(page.at(-1)?.tradeId))];
        if (last !== undefined) place = { tradeId: String(last.id), micros: last.micros };
      }
      expect([...found.values()].map(plain)).toEqual(made(market.trades));
      const latest = protocol.history.read(
        await get(protocol.history.latest(market.symbol)),
        market.symbol,
        RECEIVED,
      );
      expect(latest.map(plain)).toEqual(made(market.trades.slice(-latest.length)));
    }
    const body = await get(protocol.history.latest('NOPE/USD'));
    expect(() => protocol.history.read(body, 'NOPE/USD', RECEIVED)).toThrow(
      /nope|not ?found|invalid|unknown/i,
    );
  });

  test('reads candles', async () => {
    const exchange = await open();
    await exchange.freeze();
    const [market] = exchange.tape.markets;
    if (market === undefined) throw new Error('There is no market.');
    const fromMicros = (market.trades[0]?.micros ?? 0) + 2 * MICROS_PER_MINUTE;
    const body = await (
      await fetch(exchange.restUrl + protocol.candles.from(market.symbol, fromMicros))
    ).text();
    const read = protocol.candles.read(body, market.symbol);
    const begin = fromMicros - (fromMicros % MICROS_PER_MINUTE);
    const range = { fromMicros: begin, toMicros: exchange.micros, flat: dialect !== coinbase };
    const expected = candlesOf(market, range).map((c) => [
      isoOf(c.micros),
      c.open,
      c.high,
      c.low,
      c.close,
      c.volume,
    ]);
    const seen = read.map((c) => [c.windowStart, c.open, c.high, c.low, c.close, c.volume]);
    const text = (rows: readonly string[][]): string[][] =>
      rows.map(([time = '', ...numbers]) => [time, ...numbers.map(trimmed)]);
    expect(text(seen)).toEqual(text(expected));
    expect(seen.length).toBeGreaterThan(15);
  });
});
