import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { describeWithData } from '../../test/support/data.ts';
import { BadField } from '../errors.ts';
import type { Trade } from '../landing.ts';
import { findSymbol } from '../symbols.ts';
import { binance } from './binance.ts';
import { coinbase } from './coinbase.ts';
import type { Exchange, Message } from './exchange.ts';
import { kraken } from './kraken.ts';

// What exchanges really sent.

const RECEIVED_AT = '2026-09-27T00:00:00.000Z';

function linesOf(path: string): readonly string[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

function messagesOf(exchange: Exchange, path: string): readonly Message[] {
  return linesOf(path).flatMap((line) => exchange.read(line, RECEIVED_AT));
}

/** How many messages of each kind, and trades of each market. */
function tally(messages: readonly Message[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const message of messages) {
    const key =
      message.kind === 'trades'
        ? `${message.symbol} ${message.snapshot ? 'snapshot' : 'update'}`
        : message.kind;
    counts[key] = (counts[key] ?? 0) + (message.kind === 'trades' ? message.trades.length : 1);
  }
  return counts;
}

function tradesOf(messages: readonly Message[], symbol: string): readonly Trade[] {
  return messages.flatMap((message) =>
    message.kind === 'trades' && message.symbol === symbol ? message.trades : [],
  );
}

/** Ids that are missing between the first and the last, and ids that come back. */
function holes(trades: readonly Trade[]): readonly string[] {
  return trades.slice(1).flatMap(({ tradeId }, i) => {
    const before = BigInt(trades[i]?.tradeId ?? '0');
    return BigInt(tradeId) === before + 1n ? [] : [`${before} to ${tradeId}`];
  });
}

/** The values of a field as the raw lines have them, in order. */
function rawValues(path: string, lines: RegExp, field: string): readonly string[] {
  return linesOf(path)
    .filter((line) => lines.test(line))
    .flatMap((line) => [...line.matchAll(new RegExp(`"${field}":"?([^",}]+)`, 'g'))])
    .map((found) => found[1] ?? '');
}

describeWithData(
  'Kraken, a session with snapshots',
  ['messages/kraken_v2_trade_snapshot_btc_eth_20260926.jsonl'],
  (path = '') => {
    const messages = messagesOf(kraken, path);

    test('status, acknowledgements, two snapshots of 50, updates, heartbeats', () => {
      expect(tally(messages)).toEqual({
        status: 1,
        subscribed: 2,
        'BTC/USD snapshot': 50,
        'ETH/USD snapshot': 50,
        'BTC/USD update': 2,
        alive: 5,
      });
      expect(messages[0]).toEqual({ kind: 'status', trading: true, words: 'online' });
    });

    test('ids count up by one through snapshot and updates', () => {
      expect(holes(tradesOf(messages, 'BTC/USD'))).toEqual([]);
      expect(holes(tradesOf(messages, 'ETH/USD'))).toEqual([]);
    });

    test('prices and quantities are the text of the frames', () => {
      const trades = [...tradesOf(messages, 'BTC/USD'), ...tradesOf(messages, 'ETH/USD')];
      const sorted = (values: readonly string[]): readonly string[] => [...values].sort();
      expect(sorted(trades.map((trade) => trade.quantity))).toEqual(
        sorted(rawValues(path, /trade_id/, 'qty')),
      );
      expect(sorted(trades.map((trade) => trade.price))).toEqual(
        sorted(rawValues(path, /trade_id/, 'price')),
      );
      expect(trades.some((trade) => trade.quantity === '0.00010900')).toBe(true);
    });
  },
);

describeWithData(
  'sessions of three exchanges at the same time',
  [
    'messages/flashbook/kraken_live-btc-eth.ndjson',
    'messages/flashbook/coinbase_live-btc-eth.ndjson',
    'messages/flashbook/binance_live-btc-eth.ndjson',
  ],
  (krakenPath = '', coinbasePath = '', binancePath = '') => {
    test('Kraken: the book beside the trades is passed over', () => {
      const messages = messagesOf(kraken, krakenPath);
      expect(tally(messages)).toEqual({
        status: 1,
        subscribed: 2,
        alive: 23,
        'BTC/USD update': 12,
        'ETH/USD update': 5,
        ignored: 2964,
      });
      expect(holes(tradesOf(messages, 'BTC/USD'))).toEqual([]);
      expect(holes(tradesOf(messages, 'ETH/USD'))).toEqual([]);
    });

    test('Coinbase: matches and heartbeats', () => {
      const messages = messagesOf(coinbase, coinbasePath);
      expect(tally(messages)).toEqual({
        subscribed: 2,
        alive: 118,
        'BTC/USD snapshot': 1,
        'BTC/USD update': 344,
        'ETH/USD snapshot': 1,
        'ETH/USD update': 91,
        ignored: 1900,
      });
      for (const symbol of ['BTC/USD', 'ETH/USD']) expect(holes(tradesOf(messages, symbol))).toEqual([]);
    });

    test('Coinbase: a heartbeat’s newest id is that of the last trade before it', () => {
      const newest = new Map<string, string>();
      for (const message of messagesOf(coinbase, coinbasePath)) {
        if (message.kind === 'trades') newest.set(message.symbol, message.trades.at(-1)?.tradeId ?? '');
        if (message.kind !== 'alive' || message.symbol === undefined) continue;
        expect([message.symbol, message.newestId]).toEqual([message.symbol, newest.get(message.symbol)]);
      }
    });

    test('Coinbase: the taker’s side is the other one', () => {
      const sides = messagesOf(coinbase, coinbasePath).flatMap((message) =>
        message.kind === 'trades' ? message.trades.map((trade) => trade.side) : [],
      );
      const makers = rawValues(coinbasePath, /"type":"(last_)?match"/, 'side');
      expect(sides).toEqual(makers.map((maker) => (maker === 'buy' ? 'sell' : 'buy')));
    });

    test('Binance: trades, their ids and their text', () => {
      const messages = messagesOf(binance, binancePath);
      expect(tally(messages)).toEqual({ 'BTC/USDT update': 748, 'ETH/USDT update': 415, ignored: 900 });
      for (const symbol of ['BTC/USDT', 'ETH/USDT']) expect(holes(tradesOf(messages, symbol))).toEqual([]);
      const trades = messages.flatMap((message) => (message.kind === 'trades' ? message.trades : []));
      expect(trades.map((trade) => trade.price)).toEqual(rawValues(binancePath, /@trade/, 'p'));
      expect(trades.map((trade) => trade.quantity)).toEqual(rawValues(binancePath, /@trade/, 'q'));
    });

    test('the three agree on the price', () => {
      const last = (messages: readonly Message[], symbol: string): number =>
        Number(tradesOf(messages, symbol).at(-1)?.price);
      const prices = [
        last(messagesOf(kraken, krakenPath), 'BTC/USD'),
        last(messagesOf(coinbase, coinbasePath), 'BTC/USD'),
        last(messagesOf(binance, binancePath), 'BTC/USDT'),
      ];
      expect(Math.max(...prices) / Math.min(...prices)).toBeLessThan(1.01);
    });
  },
);

describeWithData('frames of other versions and exchanges', ['messages/gocryptotrader'], (folder = '') => {
  test('Kraken’s first version is passed over or rejected', () => {
    for (const line of linesOf(`${folder}/kraken_wsHandleData.jsonl`)) {
      if (line.startsWith('[')) expect(() => kraken.read(line, RECEIVED_AT)).toThrow(BadField);
      else expect(kraken.read(line, RECEIVED_AT)).toEqual([{ kind: 'ignored' }]);
    }
  });

  test('Binance’s tickers and candles are passed over', () => {
    const kinds = new Set(
      linesOf(`${folder}/binance_wsHandleData.jsonl`)
        .filter((line) => !line.includes('@trade'))
        .flatMap((line) => binance.read(line, RECEIVED_AT))
        .map((message) => message.kind),
    );
    expect(kinds).toEqual(new Set(['ignored']));
  });
});

describeWithData(
  'Kraken’s REST',
  ['messages/xchange', 'messages/flashbook/kraken_assetpairs.json'],
  (folder = '', newPairs = '') => {
    test('candles of half a day, 17 empty minutes of them flat', () => {
      const candles = kraken.candles.read(readFileSync(`${folder}/kraken_ohlc.json`, 'utf8'), 'BTC/USD');
      expect(candles).toHaveLength(720);
      const empty = candles.filter((candle) => candle.trades === 0);
      expect(empty).toHaveLength(17);
      for (const { open, high, low, close, volume } of empty)
        expect([open, high, low, volume]).toEqual([close, close, close, '0.00000000']);
      expect(candles[0]).toEqual({
        exchange: 'kraken',
        symbol: 'BTC/USD',
        windowStart: '2017-08-10T22:02:00.000Z',
        open: '3449.992',
        high: '3449.999',
        low: '3449.992',
        close: '3449.999',
        volume: '1.01200000',
        notional: null,
        trades: 7,
        takerBuyVolume: null,
      });
      const minutes = candles.map((candle) => Date.parse(candle.windowStart) / 60_000);
      expect(minutes.every((minute, i) => i === 0 || minute === (minutes[i - 1] ?? 0) + 1)).toBe(true);
    });

    test('trades of before there were ids are rejected', () => {
      const body = readFileSync(`${folder}/kraken_trades.json`, 'utf8');
      expect(() => kraken.history.read(body, 'BTC/USD', RECEIVED_AT)).toThrow(/trade id is missing/);
    });

    test('every pair is asked for by its short name', () => {
      interface Pairs {
        readonly result: Readonly<Record<string, { readonly altname: string; readonly wsname?: string }>>;
      }
      let checked = 0;
      for (const path of [`${folder}/kraken_assetpairs.json`, newPairs]) {
        const { result } = JSON.parse(readFileSync(path, 'utf8')) as Pairs;
        for (const { altname, wsname } of Object.values(result)) {
          if (wsname === undefined) continue;
          const symbol = findSymbol(wsname) ?? '';
          expect(kraken.history.latest(symbol)).toBe(`/0/public/Trades?pair=${altname}&count=1000`);
          checked++;
        }
      }
      expect(checked).toBeGreaterThan(75);
    });
  },
);

describe('Binance names without a border', () => {
  test('are known once they were asked for', () => {
    const frame = (name: string): string =>
      `{"stream":"${name.toLowerCase()}@trade","data":{"e":"trade","s":"${name}","t":1,"p":"1","q":"1","T":1772600767123,"m":true}}`;
    expect(() => binance.read(frame('ABCIDR'), RECEIVED_AT)).toThrow(BadField);
    binance.subscribe(['ABC/IDR']);
    expect(binance.read(frame('ABCIDR'), RECEIVED_AT)).toMatchObject([{ symbol: 'ABC/IDR' }]);
  });
});
