import { isoOf } from '../../connectors/instant.ts';
import { padded } from './decimals.ts';
import { type Dialect, type Floor, type Subscriptions, shownTrades } from './dialect.ts';
import { krakenRest } from './krakenRest.ts';
import type { MadeTrade, MarketTape } from './tape.ts';

/** Trades of a snapshot. */
const SNAPSHOT = 50;

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
  rest: krakenRest,
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
