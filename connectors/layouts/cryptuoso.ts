import { positiveDecimal } from '../decimal.ts';
import { microsOfEpoch } from '../instant.ts';
import { type CsvLayout, fieldAt, sideOf } from './layout.ts';

/** Trades as the cryptuoso project keeps them: times to the millisecond, no ids. */
export const cryptuoso: CsvLayout = {
  kind: 'csv',
  name: 'cryptuoso',
  columns: 'exchange,symbol,time_ms,timestamp,side,price,amount',
  hasTradeIds: false,
  open(header) {
    if (header?.join() !== this.columns) return null;
    return (fields) => ({
      exchange: fieldAt(fields, 0, 'exchange'),
      symbol: fieldAt(fields, 1, 'symbol'),
      micros: microsOfEpoch(fieldAt(fields, 2, 'time_ms'), 'ms', 'time_ms'),
      side: sideOf(fields[4], 'side'),
      price: positiveDecimal(fieldAt(fields, 5, 'price'), 'price'),
      quantity: positiveDecimal(fieldAt(fields, 6, 'amount'), 'amount'),
    });
  },
};
