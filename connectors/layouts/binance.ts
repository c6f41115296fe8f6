import { positiveDecimal } from '../decimal.ts';
import { epochUnitOf, microsOfEpoch } from '../instant.ts';
import { type CsvLayout, fieldAt, type RowReader, sideOfBuyerMaker, tradeIdOf } from './layout.ts';

/** Where each value stands in a row, from 0. */
interface Columns {
  readonly id: number;
  readonly price: number;
  readonly quantity: number;
  readonly time: number;
  readonly buyerMaker: number;
}

const TIME = /^\d{13}(\d{3})?$/;
const BOOLEAN = /^(true|false|0|1)$/i;

/** Daily and monthly `trades` dumps; the header is there in futures' dumps only, times are µs since 2025. */
export const binanceTrades: CsvLayout = {
  kind: 'csv',
  name: 'binance-trades',
  columns: 'id,price,qty,quote_qty,time,is_buyer_maker[,is_best_match]',
  exchange: 'binance',
  hasTradeIds: true,
  open: (header, row) =>
    opened(['id', 'price', 'qty', 'quote_qty', 'time', 'is_buyer_maker'], header, row, {
      id: 0,
      price: 1,
      quantity: 2,
      time: 4,
      buyerMaker: 5,
    }),
};

/** `aggTrades` dumps: fills of one order at one price are one row, and ids count those rows. */
export const binanceAggregateTrades: CsvLayout = {
  kind: 'csv',
  name: 'binance-aggtrades',
  columns:
    'agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker[,is_best_match]',
  exchange: 'binance',
  hasTradeIds: true,
  open: (header, row) =>
    opened(
      [
        'agg_trade_id',
        'price',
        'quantity',
        'first_trade_id',
        'last_trade_id',
        'transact_time',
        'is_buyer_maker',
      ],
      header,
      row,
      { id: 0, price: 1, quantity: 2, time: 5, buyerMaker: 6 },
    ),
};

function opened(
  names: readonly string[],
  header: readonly string[] | null,
  row: readonly string[] | undefined,
  columns: Columns,
): RowReader | null {
  if (header !== null) return header.slice(0, names.length).join() === names.join() ? reader(columns) : null;
  const width = row?.length ?? 0;
  const fits =
    (width === names.length || width === names.length + 1) &&
    TIME.test(row?.[columns.time] ?? '') &&
    BOOLEAN.test(row?.[columns.buyerMaker] ?? '');
  return fits ? reader(columns) : null;
}

function reader(columns: Columns): RowReader {
  return (fields) => {
    const time = fieldAt(fields, columns.time, 'time');
    return {
      tradeId: tradeIdOf(fields[columns.id], 'id'),
      price: positiveDecimal(fieldAt(fields, columns.price, 'price'), 'price'),
      quantity: positiveDecimal(fieldAt(fields, columns.quantity, 'quantity'), 'quantity'),
      micros: microsOfEpoch(time, epochUnitOf(time), 'time'),
      side: sideOfBuyerMaker(fields[columns.buyerMaker], 'is_buyer_maker'),
    };
  };
}
