import { jsonDecimal, positiveDecimal } from '../decimal.ts';
import { BadField } from '../errors.ts';
import { microsOf } from '../instant.ts';
import { type JsonLayout, objectOf, sideOf, tradeIdOf } from './layout.ts';

/**
 * Frames of Coinbase's `matches` channel, or the answer of its REST endpoint `trades`. Frames of other channels in the
 * same recording are passed over. Coinbase names the side of the maker; the taker's is the other.
 */
export const coinbaseMatches: JsonLayout = {
  kind: 'json',
  name: 'coinbase',
  columns:
    '{"type":"match","trade_id":1,"side":"sell","size":"0.2","price":"63514.6","product_id":"BTC-USD","time":"…"}',
  exchange: 'coinbase',
  hasTradeIds: true,
  fits(value) {
    if (Array.isArray(value))
      return value.length > 0 && hasFields(value[0], ['trade_id', 'size', 'price', 'time']);
    if (!hasFields(value, ['type'])) return false;
    return (
      isMatch(value) || ['subscriptions', 'snapshot', 'l2update', 'heartbeat'].includes(String(value.type))
    );
  },
  items(value) {
    if (Array.isArray(value)) return value;
    return isMatch(objectOf(value, 'message')) ? [value] : [];
  },
  read(item) {
    const match = objectOf(item, 'match');
    if (typeof match.time !== 'string') throw new BadField('time', match.time, 'ISO 8601 text');
    return {
      ...(typeof match.product_id === 'string' ? { symbol: match.product_id } : {}),
      tradeId: tradeIdOf(match.trade_id, 'trade_id'),
      micros: microsOf(match.time, 'time'),
      price: positiveDecimal(jsonDecimal(match.price, 'price'), 'price'),
      quantity: positiveDecimal(jsonDecimal(match.size, 'size'), 'size'),
      side: sideOf(match.side, 'side') === 'buy' ? 'sell' : 'buy',
    };
  },
};

function hasFields(value: unknown, names: readonly string[]): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && names.every((name) => name in value);
}

function isMatch(value: Readonly<Record<string, unknown>>): boolean {
  return value.type === 'match' || value.type === 'last_match';
}
