import { isoOf, MICROS_PER_MINUTE, microsOf } from '../../connectors/instant.ts';
import { candlesOf } from './candles.ts';
import { padded, trimmed } from './decimals.ts';
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

/** Trades of a REST page, and candles of an answer. */
const PAGE = 1000;
const CANDLES = 300;
/** Their sequence numbers count orders too, and so run ahead of trades. */
const SEQUENCES_PER_TRADE = 37;

type Channel = string | { readonly name: string; readonly product_ids?: readonly string[] };

interface Request {
  readonly type?: string;
  readonly product_ids?: readonly string[];
  readonly channels?: readonly Channel[];
}

/** Coinbase Exchange's WebSocket feed and REST, as https://docs.cdp.coinbase.com/exchange describes and recordings show them. */
export const coinbase: Dialect = {
  name: 'coinbase',
  symbolOf: (base) => `${base}/USD`,
  precisionMicros: 1,
  pingMs: null,
  heartbeatMs: 1000,
  greeting: () => [],
  status: () => [],
  snapshot: (market) => shownTrades(market, 1).map((trade) => match('last_match', trade)),
  updates: (trades) => trades.map((trade) => match('match', trade)),
  heartbeat: ({ heartbeats }, floor) => [...heartbeats].flatMap((symbol) => heartbeat(symbol, floor)),
  unknown: (trades) => [
    '{"type":"rfq_match","product_id":"BTC-USD","amount":null}',
    '{"channel":"candles","events":[]}',
    ...trades.map((trade) => match('match', trade, ',"venue":"main","flags":[1,{"a":null}]')),
  ],
  answer(frame, subscriptions, floor) {
    const request = JSON.parse(frame) as Request;
    const wanted = asked(request);
    if (request.type === 'unsubscribe') {
      for (const [channel, product] of wanted) setOf(subscriptions, channel)?.delete(symbolOf(product));
      return [subscribed(subscriptions)];
    }
    if (request.type !== 'subscribe') return [error('Malformed JSON', '')];
    if (wanted.length === 0) return [error('Failed to subscribe', 'No channels provided')];
    // One product that is not known refuses the whole request.
    const unknown = wanted.find(([, product]) => floor.market(symbolOf(product)) === undefined);
    if (unknown !== undefined) return [error('Failed to subscribe', `${unknown[1]} is not a valid product`)];
    const fresh = wanted.filter(
      ([channel, product]) => setOf(subscriptions, channel)?.has(symbolOf(product)) === false,
    );
    for (const [channel, product] of fresh) setOf(subscriptions, channel)?.add(symbolOf(product));
    const markets = fresh
      .filter(([channel]) => channel === 'matches')
      .map(([, p]) => floor.market(symbolOf(p)));
    return [
      subscribed(subscriptions),
      ...markets.flatMap((market) => (market === undefined ? [] : coinbase.snapshot(market))),
    ];
  },
  rest(path, query, floor) {
    const [, product = '', what = ''] = /^\/products\/([^/]+)\/(trades|candles)$/.exec(path) ?? [];
    const market = floor.market(symbolOf(product));
    if (path === '/time') {
      return json(200, `{"iso":"${isoOf(floor.micros)}","epoch":${(floor.micros / 1e6).toFixed(3)}}`);
    }
    if (market === undefined) return json(404, '{"message":"NotFound"}');
    return what === 'trades' ? tradesPage(market, query, floor) : candlesPage(market, query, floor);
  },
};

/** Pairs of channel and product. */
function asked(request: Request): readonly (readonly [string, string])[] {
  return (request.channels ?? []).flatMap((channel) => {
    const name = typeof channel === 'string' ? channel : channel.name;
    const own = typeof channel === 'string' ? undefined : channel.product_ids;
    return (own ?? request.product_ids ?? []).map((product) => [name, product] as const);
  });
}

function setOf(subscriptions: Subscriptions, channel: string): Set<string> | undefined {
  if (channel === 'matches') return subscriptions.trades;
  return channel === 'heartbeat' ? subscriptions.heartbeats : undefined;
}

function symbolOf(product: string): string {
  return product.replace('-', '/');
}

function productOf(symbol: string): string {
  return symbol.replace('/', '-');
}

function error(message: string, reason: string): string {
  return `{"type":"error","message":"${message}","reason":"${reason}"}`;
}

function subscribed(subscriptions: Subscriptions): string {
  const channels = [
    ['matches', subscriptions.trades],
    ['heartbeat', subscriptions.heartbeats],
  ] as const;
  const list = channels
    .filter(([, symbols]) => symbols.size > 0)
    .map(
      ([name, symbols]) =>
        `{"name":"${name}","product_ids":[${[...symbols].map((s) => `"${productOf(s)}"`).join(',')}],"account_ids":null}`,
    );
  return `{"type":"subscriptions","channels":[${list.join(',')}]}`;
}

function match(type: string, { row, id, micros }: MadeTrade, more = ''): string {
  return `{"type":"${type}","trade_id":${id},"maker_order_id":"${order(id, 'a')}","taker_order_id":"${order(id, 'b')}","side":"${makerSide(row.side)}","size":"${trimmed(row.quantity)}","price":"${trimmed(row.price)}","product_id":"${productOf(row.symbol)}","sequence":${id * SEQUENCES_PER_TRADE},"time":"${stamp(micros)}"${more}}`;
}

function heartbeat(symbol: string, floor: Floor): readonly string[] {
  const market = floor.market(symbol);
  if (market === undefined) return [];
  const newest = market.trades.at(-1)?.id ?? 0;
  const second = floor.micros - (floor.micros % 1e6);
  return [
    `{"type":"heartbeat","last_trade_id":${newest},"product_id":"${productOf(symbol)}","sequence":${newest * SEQUENCES_PER_TRADE + 1},"time":"${stamp(second)}"}`,
  ];
}

/** The side of the resting order. */
function makerSide(taker: string): string {
  return taker === 'buy' ? 'sell' : 'buy';
}

/** An order's id in the form of a UUID. */
function order(id: number, kind: string): string {
  return `${String(id).padStart(8, '0')}-0000-4000-8000-${kind.repeat(12)}`;
}

/** Always with six digits. */
function stamp(micros: number): string {
  return isoOf(micros).replace(/\.(\d+)Z$/, (_, digits: string) => `.${digits.padEnd(6, '0')}Z`);
}

/** Newest first. `after` wants older trades than this id, `before` newer ones, of which it gives the newest. */
function tradesPage(market: MarketTape, query: URLSearchParams, floor: Floor): RestAnswer {
  const limit = Math.max(1, Math.min(PAGE, Number(query.get('limit') ?? PAGE)));
  const after = query.get('after');
  const before = query.get('before');
  const end = Math.min(
    visible(market, floor),
    after === null ? Number.POSITIVE_INFINITY : market.indexOf(Number(after)),
  );
  const least = before === null ? 0 : market.indexOf(Number(before) + 1);
  const page = market.trades.slice(Math.max(least, end - limit), end).reverse();
  const rows = page.map(
    ({ row, id, micros }) =>
      `{"trade_id":${id},"side":"${makerSide(row.side)}","size":"${padded(row.quantity, 8)}","price":"${padded(row.price, 8)}","time":"${stamp(micros)}"}`,
  );
  const headers =
    page.length === 0 ? {} : { 'cb-before': String(page[0]?.id), 'cb-after': String(page.at(-1)?.id) };
  return json(200, `[${rows.join(',')}]`, headers);
}

/** Newest first; minutes without trades are left out. */
function candlesPage(market: MarketTape, query: URLSearchParams, floor: Floor): RestAnswer {
  const to = Math.min(floor.restMicros, instant(query.get('end')) ?? floor.restMicros);
  const from = instant(query.get('start')) ?? to - (CANDLES - 1) * MICROS_PER_MINUTE;
  if ((to - from) / MICROS_PER_MINUTE > CANDLES) {
    const words =
      'granularity too small for the requested time range. Count of aggregations requested exceeds 300';
    return json(400, `{"message":"${words}"}`);
  }
  const fromMicros = Math.ceil(from / MICROS_PER_MINUTE) * MICROS_PER_MINUTE;
  const candles = candlesOf(market, { fromMicros, toMicros: to, flat: false });
  const rows = [...candles]
    .reverse()
    .map(
      (c) =>
        `[${c.micros / 1e6},${trimmed(c.low)},${trimmed(c.high)},${trimmed(c.open)},${trimmed(c.close)},${trimmed(c.volume)}]`,
    );
  return json(200, `[${rows.join(',')}]`);
}

/** ISO 8601, or seconds since the Unix epoch. */
function instant(text: string | null): number | null {
  if (text === null) return null;
  return /^\d+$/.test(text) ? Number(text) * 1e6 : microsOf(text);
}
