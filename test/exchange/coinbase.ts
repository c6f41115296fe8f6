import { coinbaseRest } from './coinbaseRest.ts';
import { makerSide, productOf, stamp, symbolOf } from './coinbaseWords.ts';
import { trimmed } from './decimals.ts';
import { type Dialect, type Floor, type Subscriptions, shownTrades } from './dialect.ts';
import type { MadeTrade } from './tape.ts';

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
  rest: coinbaseRest,
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

/** An order's id in the form of a UUID. */
function order(id: number, kind: string): string {
  return `${String(id).padStart(8, '0')}-0000-4000-8000-${kind.repeat(12)}`;
}
