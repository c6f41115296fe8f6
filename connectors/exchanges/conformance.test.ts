import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { BadField, BadOption, ExchangeRefused } from '../errors.ts';
import type { ImportedCandle, Trade } from '../landing.ts';
import type { Exchange, Message, Place } from './exchange.ts';
import { exchangeNamed, exchanges } from './registry.ts';

// What every exchange of the registry has to keep, over a fixture of its own: frames and answers written by hand, with
// what they mean. docs/exchanges.md says how to write one.

interface Fixture {
  readonly receivedAt: string;
  /** Two markets, the first of which the rest is about. */
  readonly symbols: readonly [string, string];
  readonly subscribe: readonly string[];
  readonly unsubscribe: readonly string[];
  readonly frames: readonly { says: string; frame: string; messages: readonly Message[] }[];
  readonly unreadable: readonly { says: string; frame: string; field: string }[];
  readonly history: {
    readonly latest: string;
    readonly from: readonly { place: Place; path: string }[];
    readonly answers: readonly { says: string; body: string; trades: readonly Trade[] }[];
    readonly refusals: readonly { body: string; words: string; transient: boolean }[];
  };
  readonly candles: {
    readonly from: readonly { micros: number; path: string }[];
    readonly answers: readonly { says: string; body: string; candles: readonly ImportedCandle[] }[];
    readonly unreadable: readonly { says: string; body: string; field: string }[];
  };
}

function fixtureOf(name: string): Fixture {
  return JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8')) as Fixture;
}

/** What a call throws. */
function thrownBy(call: () => unknown): unknown {
  try {
    return `no error but ${JSON.stringify(call())}`;
  } catch (error) {
    return error;
  }
}

function badField(call: () => unknown): string {
  const error = thrownBy(call);
  expect(error).toBeInstanceOf(BadField);
  return (error as BadField).field;
}

describe.each(exchanges.map((exchange) => [exchange.name, exchange] as const))('%s', (name, exchange) => {
  const fixture = fixtureOf(name);
  const { receivedAt } = fixture;
  const [symbol] = fixture.symbols;

  test('asks for markets and takes its wish back', () => {
    expect(exchange.subscribe(fixture.symbols)).toEqual(fixture.subscribe);
    expect(exchange.unsubscribe(fixture.symbols)).toEqual(fixture.unsubscribe);
    expect(exchange.subscribe([])).toEqual([]);
    expect(exchange.unsubscribe([])).toEqual([]);
  });

  test.each(fixture.frames)('reads a frame: $says', ({ frame, messages }) => {
    expect(exchange.read(frame, receivedAt)).toEqual(messages);
  });

  test.each(fixture.unreadable)('rejects a frame: $says', ({ frame, field }) => {
    expect(badField(() => exchange.read(frame, receivedAt))).toBe(field);
  });

  test('its fixture has every kind of message that matters', () => {
    const messages = fixture.frames.flatMap((frame) => frame.messages);
    const kinds = new Set(messages.map((message) => message.kind));
    expect([...kinds]).toEqual(expect.arrayContaining(['trades', 'subscribed', 'rejected', 'ignored']));
    const trades = messages.flatMap((message) => (message.kind === 'trades' ? message.trades : []));
    expect(new Set(trades.map((trade) => trade.side))).toEqual(new Set(['buy', 'sell']));
    // Text that a double would have changed.
    expect(trades.some(({ quantity }) => quantity !== String(Number(quantity)))).toBe(true);
    expect(trades.some(({ quantity }) => quantity.replace('.', '').length >= 17)).toBe(true);
  });

  test('asks for history from a place on', () => {
    expect(exchange.history.latest(symbol)).toBe(fixture.history.latest);
    for (const { place, path } of fixture.history.from)
      expect(exchange.history.from(symbol, place)).toBe(path);
    const byTime = (): string => exchange.history.from(symbol, { tradeId: null, micros: 1_700_000_000e6 });
    if (exchange.history.addressedBy === 'id') expect(thrownBy(byTime)).toBeInstanceOf(BadOption);
    else expect(byTime()).toContain(fixture.history.latest.split('?')[0]);
  });

  test.each(fixture.history.answers)('reads history: $says', ({ body, trades }) => {
    expect(exchange.history.read(body, symbol, receivedAt)).toEqual(trades);
  });

  test('says the same of a trade over both ways', () => {
    const streamed = fixture.frames
      .flatMap((frame) => frame.messages)
      .flatMap((message) => (message.kind === 'trades' ? message.trades : []));
    const fetched = fixture.history.answers.flatMap((answer) => answer.trades);
    const both = fetched.filter(({ tradeId }) => streamed.some((trade) => trade.tradeId === tradeId));
    expect(both.length).toBeGreaterThanOrEqual(2);
    for (const trade of both)
      expect(streamed.filter(({ tradeId }) => tradeId === trade.tradeId)).toContainEqual(trade);
  });

  test.each(fixture.history.refusals)('takes a refusal: $words', ({ body, words, transient }) => {
    for (const read of readers(exchange, symbol, receivedAt)) {
      const error = thrownBy(() => read(body));
      expect(error).toBeInstanceOf(ExchangeRefused);
      expect((error as ExchangeRefused).message).toContain(words);
      expect((error as ExchangeRefused).transient).toBe(transient);
    }
  });

  test.each([
    '',
    '<!doctype html><title>Sorry</title>',
    'null',
    '7',
    '"no"',
    '{"result":{}}',
    '[[]]',
    '[{}]',
  ])('rejects an answer that is none: %s', (body) => {
    for (const read of readers(exchange, symbol, receivedAt)) badField(() => read(body));
  });

  test('asks for candles from a minute on', () => {
    for (const { micros, path } of fixture.candles.from)
      expect(exchange.candles.from(symbol, micros)).toBe(path);
    expect(exchange.candles.reachMinutes).toBeGreaterThanOrEqual(exchange.candles.pageMinutes);
  });

  test.each(fixture.candles.answers)('reads candles: $says', ({ body, candles }) => {
    expect(exchange.candles.read(body, symbol)).toEqual(candles);
  });

  test.each(fixture.candles.unreadable)('rejects candles: $says', ({ body, field }) => {
    expect(badField(() => exchange.candles.read(body, symbol))).toBe(field);
  });

  test('gives each market its turn to subscribe before the session would ask again', () => {
    const { symbolsPerConnection, frameIntervalMs } = exchange.limits;
    const symbols = Array.from({ length: symbolsPerConnection }, (_, i) => `T${i}/USDT`);
    expect(exchange.subscribe(symbols).length * frameIntervalMs).toBeLessThan(15_000);
  });

  test('is found by its name', () => {
    expect(exchangeNamed(name)).toBe(exchange);
    expect(exchangeNamed(name.toUpperCase())).toBe(exchange);
  });
});

function readers(exchange: Exchange, symbol: string, receivedAt: string): ((body: string) => unknown)[] {
  return [
    (body) => exchange.history.read(body, symbol, receivedAt),
    (body) => exchange.candles.read(body, symbol),
  ];
}

test('an exchange that is not there is an error that lists those that are', () => {
  expect(() => exchangeNamed('mtgox')).toThrow(/mtgox.*kraken, coinbase, binance/);
});
