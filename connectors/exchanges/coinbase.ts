import { BadField, BadOption } from '../errors.ts';
import { isoOf, MICROS_PER_MINUTE, microsOf } from '../instant.ts';
import type { Trade } from '../landing.ts';
import { findSymbol } from '../symbols.ts';
import type { CandleHistory, Exchange, History, Message } from './exchange.ts';
import { document, type Fields, isObject, listIn, objectIn, textIn, wordsIn } from './json.ts';
import { refusal } from './refusal.ts';
import { candleOf } from './wireCandle.ts';
import { idIn, inOrder, sideIn, tradeOf } from './wireTrade.ts';

// Coinbase Exchange's market data feed and REST: https://docs.cdp.coinbase.com/exchange/websocket-feed/channels and
// https://docs.cdp.coinbase.com/api-reference/exchange-api/rest-api/products/get-product-trades.

const NAME = 'coinbase';
const PAGE = 1000;
const CANDLES = 300;
/** Refusals that pass: limits on rates, and the service being away. Others are the request's fault. */
const PASSING = /rate limit|too many|slow down|unavailable|internal|maintenance|try again/i;

const history: History = {
  addressedBy: 'id',
  pageSize: PAGE,
  requestIntervalMs: 150,
  latest: (symbol) => `/products/${productOf(symbol)}/trades?limit=${PAGE}`,
  from(symbol, { tradeId }) {
    if (tradeId === null)
      throw new BadOption('Coinbase pages trades by id, not by time;', 'give a trade id.');
    // `after` means older than: a page from an id on ends before the id a page further. Should ids be missing in
    // between, older trades fill the page up.
    return `/products/${productOf(symbol)}/trades?limit=${PAGE}&after=${BigInt(tradeId) + BigInt(PAGE)}`;
  },
  read: (body, symbol, receivedAt) =>
    inOrder(rowsOf(body).map((row) => tradeIn(objectIn(row, 'trade'), symbol, receivedAt))),
};

/** Newest first, without minutes in which nothing traded, and without a count of trades. */
const candles: CandleHistory = {
  pageMinutes: CANDLES,
  // To the market's first day: ten years are more than any view reaches back.
  reachMinutes: 10 * 366 * 24 * 60,
  from(symbol, micros) {
    const start = Math.max(0, Math.floor(micros / MICROS_PER_MINUTE)) * MICROS_PER_MINUTE;
    // Both ends are included, and one minute too many is refused.
    const end = start + (CANDLES - 1) * MICROS_PER_MINUTE;
    return `/products/${productOf(symbol)}/candles?granularity=60&start=${isoOf(start)}&end=${isoOf(end)}`;
  },
  read: (body, symbol) =>
    rowsOf(body)
      .map((row) => {
        const [time, low, high, open, close, volume] = listIn(row, 'candle');
        return candleOf({ exchange: NAME, symbol, time, unit: 's', open, high, low, close, volume });
      })
      .sort((a, b) => (a.windowStart < b.windowStart ? -1 : 1)),
};

export const coinbase: Exchange = {
  name: NAME,
  websocketUrl: 'wss://ws-feed.exchange.coinbase.com',
  restUrl: 'https://api.exchange.coinbase.com',
  contiguousIds: true,
  caveat: 'Coinbase does not confirm that a market was unsubscribed.',
  limits: {
    // Each market is a frame of its own; with more, the last would wait too long for its turn.
    symbolsPerConnection: 100,
    // Heartbeats come every second for each market.
    silenceMs: 10_000,
    // Eight requests a second, twenty in a burst.
    frameIntervalMs: 125,
    connectIntervalMs: 1000,
    maxFrameBytes: 1024 * 1024,
  },
  // One market a frame: a product that is not known refuses all of its frame.
  subscribe: (symbols) => symbols.map((symbol) => request('subscribe', symbol)),
  unsubscribe: (symbols) => symbols.map((symbol) => request('unsubscribe', symbol)),
  // Heartbeats keep the line busy.
  ping: null,
  read(text, receivedAt) {
    const frame = objectIn(document(text, 'frame'), 'frame');
    switch (frame.type) {
      case 'match':
      case 'last_match':
        return [match(frame, receivedAt)];
      case 'heartbeat':
        return [heartbeat(frame)];
      case 'subscriptions':
        return subscriptions(frame);
      case 'error':
        return [error(frame)];
      default:
        return [{ kind: 'ignored' }];
    }
  },
  history,
  candles,
};

function request(type: 'subscribe' | 'unsubscribe', symbol: string): string {
  return JSON.stringify({ type, product_ids: [productOf(symbol)], channels: ['matches', 'heartbeat'] });
}

/** `last_match` comes first: the latest trade before the subscription. */
function match(frame: Fields, receivedAt: string): Message {
  const symbol = symbolIn(frame.product_id);
  const trades = [tradeIn(frame, symbol, receivedAt)];
  return { kind: 'trades', symbol, snapshot: frame.type === 'last_match', trades };
}

/** Of the feed and of REST alike. `side` is the maker's. */
function tradeIn(item: Fields, symbol: string, receivedAt: string): Trade {
  return tradeOf(
    {
      exchange: NAME,
      symbol,
      id: item.trade_id,
      micros: microsOf(textIn(item.time, 'time'), 'time'),
      price: item.price,
      quantity: item.size,
      side: sideIn(item.side, 'sell', 'buy'),
    },
    receivedAt,
  );
}

function heartbeat(frame: Fields): Message {
  return {
    kind: 'alive',
    symbol: symbolIn(frame.product_id),
    newestId: idIn(frame.last_trade_id, 'last_trade_id'),
    exchangeMicros: microsOf(textIn(frame.time, 'time'), 'time'),
  };
}

/** All that the connection is subscribed to, again after each change. */
function subscriptions(frame: Fields): readonly Message[] {
  const channel = listIn(frame.channels, 'channels')
    .map((item) => objectIn(item, 'channel'))
    .find(({ name }) => name === 'matches');
  const products = channel === undefined ? [] : listIn(channel.product_ids, 'product_ids');
  if (products.length === 0) return [{ kind: 'ignored' }];
  return products.map((product) => ({ kind: 'subscribed', symbol: symbolIn(product) }));
}

/** `{"message":"Failed to subscribe","reason":"ABC-USD is not a valid product"}` */
function error(frame: Fields): Message {
  const words = wordsIn(frame.message, frame.reason);
  const product = /\b[A-Z0-9]{1,15}-[A-Z0-9]{2,10}\b/.exec(words)?.[0];
  return { kind: 'rejected', symbol: product === undefined ? null : findSymbol(product), words };
}

/** @throws ExchangeRefused in Coinbase's words; BadField */
function rowsOf(body: string): readonly unknown[] {
  const answered = document(body, 'answer');
  if (isObject(answered) && answered.message !== undefined) {
    const words = wordsIn(answered.message);
    throw refusal(NAME, words, PASSING.test(words));
  }
  return listIn(answered, 'answer');
}

/** As Coinbase calls it: `BTC/USD` is `BTC-USD`. */
function productOf(symbol: string): string {
  return encodeURIComponent(symbol.replace('/', '-'));
}

function symbolIn(value: unknown): string {
  const name = textIn(value, 'product_id');
  const symbol = name.includes('-') ? findSymbol(name) : null;
  if (symbol === null) throw new BadField('product_id', name, 'a market such as BTC-USD');
  return symbol;
}
