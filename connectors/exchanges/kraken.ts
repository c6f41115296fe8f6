import { plainDecimal } from '../decimal.ts';
import { BadField } from '../errors.ts';
import { MICROS_PER_MINUTE, microsOf, microsOfEpoch } from '../instant.ts';
import type { Trade } from '../landing.ts';
import { findSymbol } from '../symbols.ts';
import type { CandleHistory, Exchange, History, Message } from './exchange.ts';
import { document, type Fields, isObject, listIn, objectIn, textIn, wordsIn } from './json.ts';
import { refusal } from './refusal.ts';
import { candleOf } from './wireCandle.ts';
import { inOrder, sideIn, tradeOf } from './wireTrade.ts';

// Kraken's WebSocket v2 and REST: https://docs.kraken.com/exchange/api-reference/spot-websocket-v2/trade and
// https://docs.kraken.com/api/docs/rest-api/get-recent-trades.

const NAME = 'kraken';
/** What Kraken sends every second when nothing trades: most frames of a quiet line. */
const HEARTBEAT = '{"channel":"heartbeat"}';
/** States of the engine in which nothing can trade. */
const HALTED = ['maintenance', 'cancel_only', 'post_only'];
/** Errors that pass: limits on rates, and the service being away. Others are the request's fault. */
const PASSING = /^(EService|EAPI:Rate limit|EGeneral:(Too many requests|Temporary lockout|Internal error))/;

/** `since` leaves out what bears exactly that time, and the socket's microseconds may be rounded. In nanoseconds. */
const SINCE_MARGIN = 1000n;
const PAGE = 1000;
const CANDLES = 720;

/** Pages by time. One may begin with trades of the microsecond before the one asked for. */
const history: History = {
  addressedBy: 'time',
  pageSize: PAGE,
  requestIntervalMs: 1100,
  latest: (symbol) => `/0/public/Trades?pair=${restPair(symbol)}&count=${PAGE}`,
  from(symbol, { micros }) {
    const since = BigInt(Math.max(0, Math.floor(micros))) * 1000n - SINCE_MARGIN;
    return `/0/public/Trades?pair=${restPair(symbol)}&since=${since < 0n ? 0n : since}&count=${PAGE}`;
  },
  read: (body, symbol, receivedAt) =>
    inOrder(rowsOf(body).map((row) => restTrade(listIn(row, 'trade'), symbol, receivedAt))),
};

/** `since` leaves out the minute that it names. A minute without trades comes as a flat candle with volume 0. */
const candles: CandleHistory = {
  pageMinutes: CANDLES,
  reachMinutes: CANDLES,
  from(symbol, micros) {
    const minute = Math.floor(micros / MICROS_PER_MINUTE) * 60;
    return `/0/public/OHLC?pair=${restPair(symbol)}&interval=1&since=${Math.max(0, minute - 1)}`;
  },
  read: (body, symbol) =>
    rowsOf(body).map((row) => {
      // Kraken's vwap is cut to the price's decimals, so volume times vwap is no exact notional.
      const [time, open, high, low, close, , volume, trades] = listIn(row, 'candle');
      return candleOf({
        exchange: NAME,
        symbol,
        time,
        unit: 's',
        open,
        high,
        low,
        close,
        volume,
        trades: textIn(trades, 'count'),
      });
    }),
};

export const kraken: Exchange = {
  name: NAME,
  websocketUrl: 'wss://ws.kraken.com/v2',
  restUrl: 'https://api.kraken.com',
  contiguousIds: true,
  caveat: null,
  limits: {
    symbolsPerConnection: 200,
    silenceMs: 10_000,
    frameIntervalMs: 100,
    // Kraken lets an address connect some 150 times in ten minutes.
    connectIntervalMs: 5000,
    maxFrameBytes: 1024 * 1024,
  },
  subscribe: (symbols) => request('subscribe', symbols, { snapshot: true }),
  unsubscribe: (symbols) => request('unsubscribe', symbols, {}),
  ping: { everyMs: 30_000, frame: () => '{"method":"ping"}' },
  read(text, receivedAt) {
    if (text === HEARTBEAT) return [{ kind: 'alive' }];
    const frame = objectIn(document(text, 'frame'), 'frame');
    if (frame.method !== undefined) return [answer(frame)];
    switch (frame.channel) {
      case 'trade':
        return trades(frame, receivedAt);
      case 'heartbeat':
        return [{ kind: 'alive' }];
      case 'status':
        return [status(frame)];
      default:
        return [{ kind: 'ignored' }];
    }
  },
  history,
  candles,
};

function request(method: string, symbols: readonly string[], more: Fields): readonly string[] {
  return symbols.length === 0
    ? []
    : [JSON.stringify({ method, params: { channel: 'trade', symbol: symbols, ...more } })];
}

/** The answer to a request: one for each symbol of it. */
function answer(frame: Fields): Message {
  const { method, success, error } = frame;
  const at =
    typeof frame.time_out === 'string' ? { exchangeMicros: microsOf(frame.time_out, 'time_out') } : {};
  if (method === 'pong') return { kind: 'alive', ...at };
  if (method !== 'subscribe' && method !== 'unsubscribe') {
    // `{"error":"Malformed request","method":"error"}`: about us, and about no market.
    return error === undefined
      ? { kind: 'ignored' }
      : { kind: 'rejected', symbol: null, words: wordsIn(error) };
  }
  const result = isObject(frame.result) ? frame.result : frame;
  if (result.channel !== undefined && result.channel !== 'trade') return { kind: 'ignored' };
  const symbol = result.symbol === undefined ? null : symbolIn(result.symbol);
  const words = wordsIn(error);
  // What was asked for already holds, though the answer to the first question was lost.
  const holds = success === true || /already subscribed|subscription not found/i.test(words);
  if (!holds) return method === 'subscribe' ? { kind: 'rejected', symbol, words } : { kind: 'ignored' };
  if (symbol === null) throw new BadField('symbol', undefined, 'the market that was asked for');
  return { kind: method === 'subscribe' ? 'subscribed' : 'unsubscribed', symbol };
}

/** One message for each market of the frame. */
function trades(frame: Fields, receivedAt: string): readonly Message[] {
  if (frame.type !== 'snapshot' && frame.type !== 'update') return [{ kind: 'ignored' }];
  const markets = new Map<string, Trade[]>();
  for (const item of listIn(frame.data, 'data')) {
    const trade = streamTrade(objectIn(item, 'trade'), receivedAt);
    const known = markets.get(trade.symbol);
    if (known === undefined) markets.set(trade.symbol, [trade]);
    else known.push(trade);
  }
  if (markets.size === 0) return [{ kind: 'ignored' }];
  const snapshot = frame.type === 'snapshot';
  return [...markets].map(([symbol, list]) => ({ kind: 'trades', symbol, snapshot, trades: inOrder(list) }));
}

function streamTrade(item: Fields, receivedAt: string): Trade {
  return tradeOf(
    {
      exchange: NAME,
      symbol: symbolIn(item.symbol),
      id: item.trade_id,
      micros: microsOf(textIn(item.timestamp, 'timestamp'), 'timestamp'),
      price: item.price,
      quantity: item.qty,
      side: sideIn(item.side, 'buy', 'sell'),
    },
    receivedAt,
  );
}

/** `[price, volume, time, side, order type, misc, trade id]`. The time is a JSON number of seconds. */
function restTrade(row: readonly unknown[], symbol: string, receivedAt: string): Trade {
  const [price, quantity, time, side, , , id] = row;
  const seconds = plainDecimal(textIn(time, 'time'), 'time');
  const micros = microsOfEpoch(seconds, 's', 'time');
  return tradeOf(
    { exchange: NAME, symbol, id, micros, price, quantity, side: sideIn(side, 'b', 's') },
    receivedAt,
  );
}

function status(frame: Fields): Message {
  const [state] = listIn(frame.data, 'data');
  const system = textIn(objectIn(state, 'status').system, 'system');
  return { kind: 'status', trading: !HALTED.includes(system), words: system };
}

/**
 * The rows of a REST answer, which stand under the pair's name: whichever name was asked for, `XXBTZUSD` comes back.
 * @throws ExchangeRefused in Kraken's words; BadField
 */
function rowsOf(body: string): readonly unknown[] {
  const answered = objectIn(document(body, 'answer'), 'answer');
  const errors = listIn(answered.error, 'error').map((words) => textIn(words, 'error'));
  // Warnings begin with W.
  if (errors.some((words) => !words.startsWith('W'))) {
    const transient = errors.some((words) => PASSING.test(words));
    throw refusal(NAME, errors.join(', '), transient);
  }
  const pairs = Object.entries(objectIn(answered.result, 'result')).filter(([key]) => key !== 'last');
  const [pair] = pairs;
  if (pair === undefined || pairs.length > 1) {
    throw new BadField('result', `${pairs.length} pairs`, 'the rows of one pair');
  }
  return listIn(pair[1], 'result');
}

/** As Kraken calls it in its REST interface: `BTC/USD` is `XBTUSD`. */
function restPair(symbol: string): string {
  const [base = '', quote = ''] = symbol.split('/').map((code) => REST_CODES.get(code) ?? code);
  return encodeURIComponent(base + quote);
}

const REST_CODES: ReadonlyMap<string, string> = new Map([
  ['BTC', 'XBT'],
  ['DOGE', 'XDG'],
]);

function symbolIn(value: unknown): string {
  const name = textIn(value, 'symbol');
  const symbol = name.includes('/') ? findSymbol(name) : null;
  if (symbol === null) throw new BadField('symbol', name, 'a market such as BTC/USD');
  return symbol;
}
