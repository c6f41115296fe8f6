import { BadField, BadOption } from '../errors.ts';
import { epochUnitOf, microsOfEpoch } from '../instant.ts';
import type { Trade } from '../landing.ts';
import { findSymbol } from '../symbols.ts';
import type { CandleHistory, Exchange, History, Message } from './exchange.ts';
import { document, type Fields, flagIn, isObject, listIn, objectIn, textIn, wordsIn } from './json.ts';
import { refusal } from './refusal.ts';
import { candleOf } from './wireCandle.ts';
import { inOrder, tradeOf } from './wireTrade.ts';

// Binance's spot market streams and REST: https://developers.binance.com/docs/binance-spot-api-docs.

const NAME = 'binance';
const PAGE = 1000;
/** Codes of errors that pass: limits on rates, and the service being busy or away. Others are the request's fault. */
const PASSING = ['-1000', '-1001', '-1003', '-1006', '-1007', '-1008', '-1015', '-1016'];
/** Ids of our requests name what was asked, for the answer does not: `subscribeBTCUSDT`. */
const REQUEST_ID = /^(subscribe|unsubscribe)([A-Z0-9]{2,25})$/;

/**
 * Streams name markets without a border between base and quote. What was subscribed to by its full name is known; the
 * rest, as in a recording, is found by the quote at its end.
 */
const subscribed = new Map<string, string>();

const history: History = {
  addressedBy: 'id',
  pageSize: PAGE,
  // Each costs 25 of 6,000 a minute.
  requestIntervalMs: 300,
  latest: (symbol) => `/api/v3/historicalTrades?symbol=${nameOf(symbol)}&limit=${PAGE}`,
  from(symbol, { tradeId }) {
    if (tradeId === null) throw new BadOption('Binance pages trades by id, not by time;', 'give a trade id.');
    return `/api/v3/historicalTrades?symbol=${nameOf(symbol)}&fromId=${tradeId}&limit=${PAGE}`;
  },
  read: (body, symbol, receivedAt) =>
    inOrder(rowsOf(body).map((row) => restTrade(objectIn(row, 'trade'), symbol, receivedAt))),
};

/** A minute without trades comes as a flat candle with volume 0. */
const candles: CandleHistory = {
  pageMinutes: PAGE,
  // To the market's first day: ten years are more than any view reaches back.
  reachMinutes: 10 * 366 * 24 * 60,
  from(symbol, micros) {
    const millis = Math.max(0, Math.floor(micros / 60e6)) * 60_000;
    return `/api/v3/klines?symbol=${nameOf(symbol)}&interval=1m&startTime=${millis}&limit=${PAGE}`;
  },
  read: (body, symbol) =>
    rowsOf(body).map((row) => {
      const [time, open, high, low, close, volume, , notional, trades, takerBuyVolume] = listIn(
        row,
        'candle',
      );
      return candleOf({
        exchange: NAME,
        symbol,
        time,
        unit: 'ms',
        open,
        high,
        low,
        close,
        volume,
        notional: textIn(notional, 'quote volume'),
        trades: textIn(trades, 'trades'),
        takerBuyVolume: textIn(takerBuyVolume, 'taker buy volume'),
      });
    }),
};

export const binance: Exchange = {
  name: NAME,
  websocketUrl: 'wss://stream.binance.com:9443/stream',
  restUrl: 'https://api.binance.com',
  contiguousIds: true,
  caveat:
    'Binance acknowledges markets that it does not have, and they stay silent. It does not say how far a market is, so a lost trade shows with the next one.',
  limits: {
    // Each market is a frame of its own; with more, the last would wait too long for its turn.
    symbolsPerConnection: 50,
    // Binance pings every 20 s.
    silenceMs: 65_000,
    // Five frames a second are allowed, our pongs among them.
    frameIntervalMs: 250,
    // 300 in five minutes.
    connectIntervalMs: 1000,
    maxFrameBytes: 1024 * 1024,
  },
  subscribe(symbols) {
    for (const symbol of symbols) subscribed.set(nameOf(symbol), symbol);
    return symbols.map((symbol) => request('subscribe', symbol));
  },
  unsubscribe: (symbols) => symbols.map((symbol) => request('unsubscribe', symbol)),
  // The server pings with frames of the WebSocket protocol.
  ping: null,
  read(text, receivedAt) {
    const frame = objectIn(document(text, 'frame'), 'frame');
    if (frame.stream !== undefined) return [event(frame, receivedAt)];
    return frame.id === undefined && frame.error === undefined && frame.code === undefined
      ? [{ kind: 'ignored' }]
      : [answer(frame)];
  },
  history,
  candles,
};

function request(method: 'subscribe' | 'unsubscribe', symbol: string): string {
  const name = nameOf(symbol);
  return JSON.stringify({
    method: method.toUpperCase(),
    params: [`${name.toLowerCase()}@trade`],
    id: `${method}${name}`,
  });
}

/** `{"result":null,"id":…}`, `{"error":{"code":…,"msg":…},"id":…}`, or the error without its cover. */
function answer(frame: Fields): Message {
  const [, method, name] = (typeof frame.id === 'string' ? REQUEST_ID.exec(frame.id) : null) ?? [];
  const symbol = name === undefined ? null : symbolOf(name);
  const error = isObject(frame.error) ? frame.error : frame;
  if (frame.error !== undefined || error.code !== undefined) {
    if (method === 'unsubscribe') return { kind: 'ignored' };
    return { kind: 'rejected', symbol, words: wordsIn(error.msg) };
  }
  if (frame.result !== null || symbol === null) return { kind: 'ignored' };
  return { kind: method === 'subscribe' ? 'subscribed' : 'unsubscribed', symbol };
}

function event(frame: Fields, receivedAt: string): Message {
  const data = isObject(frame.data) ? frame.data : undefined;
  if (data === undefined || data.e !== 'trade') {
    const stream = textIn(frame.stream, 'stream');
    if (stream.endsWith('@trade')) throw new BadField('data', data?.e, 'a trade');
    return { kind: 'ignored' };
  }
  const symbol = symbolOf(textIn(data.s, 's'));
  const trade = tradeOf(
    {
      exchange: NAME,
      symbol,
      id: data.t,
      micros: microsIn(data.T),
      price: data.p,
      quantity: data.q,
      side: flagIn(data.m, 'm') ? 'sell' : 'buy',
    },
    receivedAt,
  );
  return { kind: 'trades', symbol, snapshot: false, trades: [trade] };
}

function restTrade(row: Fields, symbol: string, receivedAt: string): Trade {
  return tradeOf(
    {
      exchange: NAME,
      symbol,
      id: row.id,
      micros: microsIn(row.time),
      price: row.price,
      quantity: row.qty,
      side: flagIn(row.isBuyerMaker, 'isBuyerMaker') ? 'sell' : 'buy',
    },
    receivedAt,
  );
}

/** Milliseconds; the addresses for microseconds give those. */
function microsIn(value: unknown): number {
  const text = textIn(value, 'time');
  return microsOfEpoch(text, epochUnitOf(text), 'time');
}

/** @throws ExchangeRefused in Binance's words; BadField */
function rowsOf(body: string): readonly unknown[] {
  const answered = document(body, 'answer');
  if (isObject(answered) && answered.code !== undefined) {
    const code = textIn(answered.code, 'code');
    throw refusal(NAME, wordsIn(code, answered.msg), PASSING.includes(code));
  }
  return listIn(answered, 'answer');
}

/** As Binance calls it: `BTC/USDT` is `BTCUSDT`. */
function nameOf(symbol: string): string {
  return encodeURIComponent(symbol.replace('/', ''));
}

function symbolOf(name: string): string {
  const symbol = subscribed.get(name) ?? findSymbol(name);
  if (symbol === null) throw new BadField('symbol', name, 'a market such as BTCUSDT');
  return symbol;
}
