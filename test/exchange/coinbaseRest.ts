import { isoOf, MICROS_PER_MINUTE, microsOf } from '../../connectors/instant.ts';
import { candlesOf } from './candles.ts';
import { makerSide, stamp, symbolOf } from './coinbaseWords.ts';
import { padded, trimmed } from './decimals.ts';
import { type Floor, json, type RestAnswer, visible } from './dialect.ts';
import type { MarketTape } from './tape.ts';

/** Trades of a page, and candles of an answer. */
const PAGE = 1000;
const CANDLES = 300;

/** Coinbase Exchange's public REST: `trades` and `candles` of a product, and `time`. */
export function coinbaseRest(path: string, query: URLSearchParams, floor: Floor): RestAnswer {
  const [, product = '', what = ''] = /^\/products\/([^/]+)\/(trades|candles)$/.exec(path) ?? [];
  const market = floor.market(symbolOf(product));
  if (path === '/time') {
    return json(200, `{"iso":"${isoOf(floor.micros)}","epoch":${(floor.micros / 1e6).toFixed(3)}}`);
  }
  if (market === undefined) return json(404, '{"message":"NotFound"}');
  return what === 'trades' ? tradesPage(market, query, floor) : candlesPage(market, query, floor);
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
