import { jsonDecimal, positiveDecimal } from '../decimal.ts';
import { BadField } from '../errors.ts';
import { epochUnitOf, microsOf, microsOfEpoch } from '../instant.ts';
import { type JsonLayout, objectOf, sideOf, tradeIdOf } from './layout.ts';

const FIELDS = ['exchange', 'symbol', 'trade_id', 'ts', 'price', 'quantity', 'side'];

/** Tickwave's own: a line a trade, fields named as the columns of `trades`, as on the Kafka topic. */
export const contract: JsonLayout = {
  kind: 'json',
  name: 'tickwave',
  columns:
    '{"exchange":"kraken","symbol":"BTC/USD","trade_id":"1","ts":"…","price":"1.0","quantity":"1","side":"buy"}',
  hasTradeIds: true,
  // A first line with a fault in it is still one of ours.
  fits: (value) =>
    typeof value === 'object' &&
    value !== null &&
    FIELDS.filter((field) => field in value).length >= FIELDS.length - 2,
  items: (value) => [value],
  read(item) {
    const trade = objectOf(item, 'trade');
    return {
      exchange: textOf(trade.exchange, 'exchange'),
      symbol: textOf(trade.symbol, 'symbol'),
      tradeId: tradeIdOf(trade.trade_id, 'trade_id'),
      micros: timeOf(trade.ts, 'ts'),
      price: positiveDecimal(jsonDecimal(trade.price, 'price'), 'price'),
      quantity: positiveDecimal(jsonDecimal(trade.quantity, 'quantity'), 'quantity'),
      side: sideOf(trade.side, 'side'),
      ...(trade.received_at === undefined
        ? {}
        : { receivedMicros: timeOf(trade.received_at, 'received_at') }),
    };
  },
};

function textOf(value: unknown, field: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new BadField(field, value, 'text');
}

/** ISO 8601 text, or epoch milliseconds as RisingWave also takes them. */
function timeOf(value: unknown, field: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    return microsOfEpoch(String(value), epochUnitOf(String(value)), field);
  }
  return microsOf(textOf(value, field), field);
}
