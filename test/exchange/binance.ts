import { MICROS_PER_MINUTE } from '../../connectors/instant.ts';
import { candlesOf } from './candles.ts';
import { padded, scaled, unscaled } from './decimals.ts';
import { type Dialect, type Floor, json, type RestAnswer, visible } from './dialect.ts';
import type { MadeTrade, MarketTape } from './tape.ts';

/** Most trades of a page and candles of an answer, and how many come without `limit`. */
const MOST = 1000;
const USUAL = 500;

interface Request {
  readonly method?: string;
  readonly params?: readonly string[];
  readonly id?: number | string | null;
}

/** Binance's combined streams and REST, as https://developers.binance.com/docs/binance-spot-api-docs describes and recordings show them. */
export const binance: Dialect = {
  name: 'binance',
  symbolOf: (base) => `${base}/USDT`,
  precisionMicros: 1000,
  pingMs: 20_000,
  heartbeatMs: null,
  greeting: () => [],
  status: () => [],
  snapshot: () => [],
  updates: (trades) => trades.map((trade) => event(trade)),
  heartbeat: () => [],
  unknown: (trades) => [
    '{"stream":"btcusdt@avgPrice","data":{"e":"avgPrice","E":1693907033000,"s":"BTCUSDT","i":"5m","w":"25776.86"}}',
    '{"stream":"!notice","data":{"e":"notice"}}',
    ...trades.map((trade) => event(trade, ',"venue":"main","flags":[1,{"a":null}]')),
  ],
  // A stream of a market that does not exist is acknowledged like any other, and stays empty.
  answer(frame, { trades }, _floor) {
    const request = JSON.parse(frame) as Request;
    const id = JSON.stringify(request.id ?? null);
    const { method, params = [] } = request;
    if (method === 'LIST_SUBSCRIPTIONS') {
      const streams = [...trades].map((symbol) => `"${streamOf(symbol)}"`);
      return [`{"result":[${streams.join(',')}],"id":${id}}`];
    }
    if (
      (method !== 'SUBSCRIBE' && method !== 'UNSUBSCRIBE') ||
      !params.every((s) => /^[a-z0-9]+@\w+$/.test(s))
    ) {
      return [`{"error":{"code":2,"msg":"Invalid request: unknown variant or stream"},"id":${id}}`];
    }
    for (const stream of params) {
      const symbol = symbolOfName(stream.split('@')[0] ?? '');
      if (method === 'UNSUBSCRIBE') trades.delete(symbol);
      else if (stream.endsWith('@trade')) trades.add(symbol);
    }
    return [`{"result":null,"id":${id}}`];
  },
  rest(path, query, floor) {
    if (path === '/api/v3/time') return json(200, `{"serverTime":${Math.floor(floor.micros / 1000)}}`);
    const market = floor.market(symbolOfName(query.get('symbol') ?? ''));
    if (market === undefined) return json(400, '{"code":-1121,"msg":"Invalid symbol."}');
    if (path === '/api/v3/trades' || path === '/api/v3/historicalTrades')
      return tradesPage(market, query, floor);
    if (path === '/api/v3/klines') return klines(market, query, floor);
    return json(404, '{"code":-1,"msg":"Not found."}');
  },
};

function streamOf(symbol: string): string {
  return `${symbol.replace('/', '').toLowerCase()}@trade`;
}

/** `BTCUSDT` is `BTC/USDT`. */
function symbolOfName(name: string): string {
  return name.toUpperCase().replace(/(USDT|USDC|USD|BTC)$/, '/$1');
}

function event({ row, id, micros }: MadeTrade, more = ''): string {
  const name = row.symbol.replace('/', '');
  const millis = micros / 1000;
  return `{"stream":"${streamOf(row.symbol)}","data":{"e":"trade","E":${millis + 1},"s":"${name}","t":${id},"p":"${padded(row.price, 8)}","q":"${padded(row.quantity, 8)}","T":${millis},"m":${row.side === 'sell'},"M":true${more}}}`;
}

/** From `fromId` on, else the newest. */
function tradesPage(market: MarketTape, query: URLSearchParams, floor: Floor): RestAnswer {
  const limit = Math.max(1, Math.min(MOST, Number(query.get('limit') ?? USUAL)));
  const end = visible(market, floor);
  const fromId = query.get('fromId');
  const start = fromId === null ? Math.max(0, end - limit) : Math.min(end, market.indexOf(Number(fromId)));
  const rows = market.trades.slice(start, Math.min(end, start + limit)).map(({ row, id, micros }) => {
    const notional = unscaled((scaled(row.price, 8) * scaled(row.quantity, 8)) / 10n ** 8n, 8);
    return `{"id":${id},"price":"${padded(row.price, 8)}","qty":"${padded(row.quantity, 8)}","quoteQty":"${notional}","time":${micros / 1000},"isBuyerMaker":${row.side === 'sell'},"isBestMatch":true}`;
  });
  return json(200, `[${rows.join(',')}]`);
}

/** Oldest first; a minute without trades is flat. */
function klines(market: MarketTape, query: URLSearchParams, floor: Floor): RestAnswer {
  const limit = Math.max(1, Math.min(MOST, Number(query.get('limit') ?? USUAL)));
  const end = Math.min(floor.restMicros, Number(query.get('endTime') ?? Number.POSITIVE_INFINITY) * 1000);
  const start = query.get('startTime');
  const asked =
    start === null
      ? end - (limit - 1) * MICROS_PER_MINUTE
      : Math.ceil(Number(start) / 60_000) * MICROS_PER_MINUTE;
  const oldest = market.trades[0]?.micros ?? end;
  const fromMicros = Math.max(asked, oldest - (oldest % MICROS_PER_MINUTE));
  const toMicros = Math.min(end, fromMicros + limit * MICROS_PER_MINUTE - 1);
  const rows = candlesOf(market, { fromMicros, toMicros, flat: true }).map((c) => {
    const [open, high, low, close] = [c.open, c.high, c.low, c.close].map((price) => padded(price, 8));
    return `[${c.micros / 1000},"${open}","${high}","${low}","${close}","${c.volume}",${c.micros / 1000 + 59_999},"${c.notional.slice(0, -8)}",${c.trades},"${c.takerBuyVolume}","${c.takerBuyNotional.slice(0, -8)}","0"]`;
  });
  return json(200, `[${rows.join(',')}]`);
}
