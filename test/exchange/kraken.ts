import { isoOf } from '../../connectors/instant.ts';
import { candlesOf } from './candles.ts';
import { padded } from './decimals.ts';
import {
  type Dialect,
  type Floor,
  json,
  type RestAnswer,
  type Subscriptions,
  shownTrades,
  visible,
} from './dialect.ts';
import type { MadeTrade, MarketTape } from './tape.ts';

/** Trades of a snapshot, of a REST page, and candles of an answer. */
const SNAPSHOT = 50;
const PAGE = 1000;
const CANDLES = 720;

interface Request {
  readonly method?: string;
  readonly params?: {
    readonly channel?: string;
    readonly symbol?: readonly string[];
    readonly snapshot?: boolean;
  };
  readonly req_id?: number;
}

/** Kraken's WebSocket v2 and REST, as https://docs.kraken.com/api describes and recordings show them. */
export const kraken: Dialect = {
  name: 'kraken',
  symbolOf: (base) => `${base}/USD`,
  precisionMicros: 1,
  pingMs: null,
  heartbeatMs: 1000,
  greeting: (floor) => kraken.status(floor),
  status: ({ trading }) => [
    `{"channel":"status","type":"update","data":[{"version":"2.0.10","system":"${
      trading ? 'online' : 'maintenance'
    }","api_version":"v2","connection_id":16763580994566763544,"upcoming_maintenance":[],"emergency":[]}]}`,
  ],
  snapshot: (market) => [dataFrame('snapshot', shownTrades(market, SNAPSHOT))],
  updates: (trades) => [dataFrame('update', trades)],
  heartbeat: ({ trades }, _floor, quiet) => (quiet && trades.size > 0 ? ['{"channel":"heartbeat"}'] : []),
  unknown: (trades) => [
    '{"channel":"instrument","type":"update","data":{"assets":[],"pairs":[]}}',
    '{"channel":"trade","type":"correction","data":[]}',
    '{"event":"notice","text":"a frame that is not of this version"}',
    dataFrame('update', trades, ',"venue":"main","flags":[1,{"a":null}]'),
  ],
  answer(frame, subscriptions, floor) {
    const request = JSON.parse(frame) as Request;
    const { method, params } = request;
    if (method === 'ping') return [`{"method":"pong"${reqId(request)}${times(floor)}}`];
    if ((method !== 'subscribe' && method !== 'unsubscribe') || params?.channel !== 'trade') {
      return [
        `{"error":"Method(s) not found","method":"${method}"${reqId(request)},"success":false${times(floor)}}`,
      ];
    }
    return (params.symbol ?? []).flatMap((symbol) => {
      const market = floor.market(symbol);
      return method === 'subscribe'
        ? subscribed(request, symbol, market, subscriptions, floor)
        : unsubscribed(request, symbol, subscriptions, floor);
    });
  },
  rest(path, query, floor) {
    const pair = query.get('pair') ?? '';
    const market = floor.market(symbolOfPair(pair));
    if (path === '/0/public/Time')
      return json(200, `{"error":[],"result":{"unixtime":${seconds(floor.micros)}}}`);
    if (path !== '/0/public/Trades' && path !== '/0/public/OHLC') {
      return json(200, '{"error":["EGeneral:Unknown method"]}');
    }
    if (market === undefined) return json(200, '{"error":["EQuery:Unknown asset pair"]}');
    return path === '/0/public/Trades' ? tradesPage(market, query, floor) : candlesPage(market, query, floor);
  },
};

function subscribed(
  request: Request,
  symbol: string,
  market: MarketTape | undefined,
  { trades }: Subscriptions,
  floor: Floor,
): readonly string[] {
  if (market === undefined) {
    return [refused(request, `Currency pair not supported ${symbol}`, symbol, floor)];
  }
  if (trades.has(symbol)) return [refused(request, 'Already subscribed', symbol, floor)];
  trades.add(symbol);
  const snapshot = request.params?.snapshot ?? true;
  const ack = `{"method":"subscribe"${reqId(request)},"result":{"channel":"trade","snapshot":${snapshot},"symbol":"${symbol}"},"success":true${times(floor)}}`;
  return snapshot ? [ack, ...kraken.snapshot(market)] : [ack];
}

function unsubscribed(
  request: Request,
  symbol: string,
  { trades }: Subscriptions,
  floor: Floor,
): readonly string[] {
  if (!trades.delete(symbol)) return [refused(request, 'Subscription Not Found', symbol, floor)];
  return [
    `{"method":"unsubscribe"${reqId(request)},"result":{"channel":"trade","symbol":"${symbol}"},"success":true${times(floor)}}`,
  ];
}

function refused(request: Request, words: string, symbol: string, floor: Floor): string {
  return `{"error":"${words}","method":"${request.method}"${reqId(request)},"success":false,"symbol":"${symbol}"${times(floor)}}`;
}

function reqId(request: Request): string {
  return request.req_id === undefined ? '' : `,"req_id":${request.req_id}`;
}

function times({ micros }: Floor): string {
  return `,"time_in":"${stamp(micros)}","time_out":"${stamp(micros + 42)}"`;
}

function dataFrame(type: string, trades: readonly MadeTrade[], more = ''): string {
  return `{"channel":"trade","type":"${type}","data":[${trades.map((trade) => item(trade, more)).join(',')}]}`;
}

function item({ row, id, micros }: MadeTrade, more: string): string {
  const type = id % 3 === 0 ? 'market' : 'limit';
  return `{"symbol":"${row.symbol}","side":"${row.side}","price":${row.price},"qty":${padded(row.quantity, 8)},"ord_type":"${type}","trade_id":${id},"timestamp":"${stamp(micros)}"${more}}`;
}

/** Always with six digits. */
function stamp(micros: number): string {
  return isoOf(micros).replace(/\.(\d+)Z$/, (_, digits: string) => `.${digits.padEnd(6, '0')}Z`);
}

/** REST tells nanoseconds, the socket cuts them. Trades of one microsecond share them here. */
function nanos(micros: number): bigint {
  return BigInt(micros) * 1000n + BigInt(micros % 997);
}

function seconds(micros: number): number {
  return Math.floor(micros / 1e6);
}

/** As a JSON number of seconds, without zeros at its end. */
function secondsText(micros: number): string {
  const digits = nanos(micros).toString();
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/\.?0+$/, '');
}

/** REST answers under its oldest name for a pair, whichever was asked for. */
const REST_NAMES: ReadonlyMap<string, string> = new Map([
  ['BTC/USD', 'XXBTZUSD'],
  ['ETH/USD', 'XETHZUSD'],
  ['XRP/USD', 'XXRPZUSD'],
  ['DOGE/USD', 'XDGUSD'],
]);

function restName(symbol: string): string {
  return REST_NAMES.get(symbol) ?? symbol.replace('/', '');
}

/** `XBTUSD`, `BTCUSD`, `XBT/USD` and `BTC/USD` all name one market. */
function symbolOfPair(pair: string): string {
  const plain = pair
    .replace('/', '')
    .replace(/^X?XBT/, 'BTC')
    .replace(/^X?XDG/, 'DOGE')
    .replace(/Z?USD$/, '');
  return `${plain}/USD`;
}

function tradesPage(market: MarketTape, query: URLSearchParams, floor: Floor): RestAnswer {
  const end = visible(market, floor);
  const count = Math.max(1, Math.min(PAGE, Number(query.get('count') ?? PAGE)));
  const since = query.get('since');
  let start = Math.max(0, end - count);
  if (since !== null) {
    // `since` is in seconds or nanoseconds; what bears exactly that time is left out.
    const after = since.length > 12 ? BigInt(since) : BigInt(since) * 1_000_000_000n;
    start = market.indexAt(Number(after / 1000n));
    while (start < end && nanos(market.trades[start]?.micros ?? 0) <= after) start++;
  }
  const page = market.trades.slice(start, Math.min(end, start + count));
  const rows = page.map(
    ({ row, id, micros }) =>
      `["${padded(row.price, 5)}","${padded(row.quantity, 8)}",${secondsText(micros)},"${row.side[0]}","${id % 3 === 0 ? 'm' : 'l'}","",${id}]`,
  );
  const newest = page.at(-1);
  const last = newest === undefined ? (since ?? '0') : nanos(newest.micros).toString();
  return json(
    200,
    `{"error":[],"result":{"${restName(market.symbol)}":[${rows.join(',')}],"last":"${last}"}}`,
  );
}

function candlesPage(market: MarketTape, query: URLSearchParams, floor: Floor): RestAnswer {
  const newest = floor.restMicros - (floor.restMicros % 60e6);
  const oldest = newest - (CANDLES - 1) * 60e6;
  const since = Number(query.get('since') ?? 0) * 1e6;
  const range = { fromMicros: Math.max(oldest, since), toMicros: floor.restMicros, flat: true };
  const candles = candlesOf(market, range).filter((candle) => candle.micros > since);
  const rows = candles.map(
    (c) =>
      `[${seconds(c.micros)},"${c.open}","${c.high}","${c.low}","${c.close}","${c.vwap}","${c.volume}",${c.trades}]`,
  );
  const last = seconds(candles.at(-2)?.micros ?? newest);
  return json(200, `{"error":[],"result":{"${restName(market.symbol)}":[${rows.join(',')}],"last":${last}}}`);
}
