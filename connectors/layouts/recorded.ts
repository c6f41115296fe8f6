import { positiveDecimal } from '../decimal.ts';
import { microsOfEpoch } from '../instant.ts';
import { type CsvLayout, fieldAt, sideOfBuyerMaker, tradeIdOf } from './layout.ts';

/** Binance's trade stream as hftbacktest records it, with the recorder's own clock beside the exchange's. */
export const recordedBinance: CsvLayout = {
  kind: 'csv',
  name: 'binance-recorded',
  columns: 'recv_ns,event_ms,trade_ms,trade_id,price,qty,is_buyer_maker',
  exchange: 'binance',
  hasTradeIds: true,
  open(header) {
    if (header?.join() !== this.columns) return null;
    return (fields) => ({
      receivedMicros: microsOfEpoch(fieldAt(fields, 0, 'recv_ns'), 'ns', 'recv_ns'),
      micros: microsOfEpoch(fieldAt(fields, 2, 'trade_ms'), 'ms', 'trade_ms'),
      tradeId: tradeIdOf(fields[3], 'trade_id'),
      price: positiveDecimal(fieldAt(fields, 4, 'price'), 'price'),
      quantity: positiveDecimal(fieldAt(fields, 5, 'qty'), 'qty'),
      side: sideOfBuyerMaker(fields[6], 'is_buyer_maker'),
    });
  },
};
