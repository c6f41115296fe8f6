import { candlesOf } from './candles.ts';
import { padded } from './decimals.ts';
import { type Floor, json, type RestAnswer, visible } from './dialect.ts';
import type { MarketTape } from './tape.ts';

/** Trades of a page, and candles of an answer. */
const PAGE = 1000;
const CANDLES = 720;

/** Kraken's public REST: `Trades`, `OHLC` and `Time`. */
export function krakenRest(path: string, query: URLSearchParams, floor: Floor): RestAnswer {
  const pair = query.get('pair') ?? '';
  const market = floor.market(symbolOfPair(pair));
  if (path === '/0/public/Time')
    return json(200, `{"error":[],"result":{"unixtime":${seconds(floor.micros)}}}`);
  if (path !== '/0/public/Trades' && path !== '/0/public/OHLC') {
    return json(200, '{"error":["EGeneral:Unknown method"]}');
  }
  if (market === undefined) return json(200, '{"error":["EQuery:Unknown asset pair"]}');
  return path === '/0/public/Trades' ? tradesPage(market, query, floor) : candlesPage(market, query, floor);
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
