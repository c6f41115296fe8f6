import { jsonDecimal, positiveDecimal } from '../decimal.ts';
import { BadField } from '../errors.ts';
import { microsOfEpoch } from '../instant.ts';
import { type CsvLayout, fieldAt, type JsonLayout, sideOf, tradeIdOf } from './layout.ts';

const SECONDS = /^\d{9,10}(\.\d+)?$/;

/** Kraken's downloadable time-and-sales, `XBTUSD.csv`: neither ids nor sides, times in seconds. */
export const krakenTimeAndSales: CsvLayout = {
  kind: 'csv',
  name: 'kraken-csv',
  columns: 'timestamp,price,volume',
  exchange: 'kraken',
  hasTradeIds: false,
  open(header, row) {
    const fits =
      header === null ? row?.length === 3 && SECONDS.test(row[0] ?? '') : header.join() === this.columns;
    if (!fits) return null;
    return (fields) => ({
      micros: microsOfEpoch(fieldAt(fields, 0, 'timestamp'), 's', 'timestamp'),
      price: positiveDecimal(fieldAt(fields, 1, 'price'), 'price'),
      quantity: positiveDecimal(fieldAt(fields, 2, 'volume'), 'volume'),
    });
  },
};

interface RestTrade {
  readonly pair: string;
  readonly fields: unknown;
}

/** Answers of Kraken's REST endpoint `Trades`, as they came: one page a line or one a file. */
export const krakenRest: JsonLayout = {
  kind: 'json',
  name: 'kraken-rest',
  columns: '{"result":{"XXBTZUSD":[[price, volume, time, side, type, misc, trade_id], …]}}',
  exchange: 'kraken',
  // Answers of before 2022 have no trade_id: the trade file then makes ids up, row by row.
  hasTradeIds: true,
  fits(value) {
    const result = resultOf(value);
    return (
      result !== null && Object.entries(result).some(([key, list]) => key !== 'last' && Array.isArray(list))
    );
  },
  items(value) {
    const result = resultOf(value);
    if (result === null)
      throw new BadField('result', undefined, 'an object with a list of trades for each pair');
    return Object.entries(result)
      .filter(([key]) => key !== 'last')
      .flatMap(([pair, list]) => {
        if (!Array.isArray(list)) throw new BadField(pair, list, 'a list of trades');
        return list.map((fields: unknown): RestTrade => ({ pair, fields }));
      });
  },
  read(item) {
    const { pair, fields } = item as RestTrade;
    if (!Array.isArray(fields)) throw new BadField(pair, fields, 'a list [price, volume, time, side, …]');
    const [price, volume, time, side, , , tradeId] = fields as readonly unknown[];
    return {
      symbol: pair,
      micros: microsOfEpoch(jsonTime(time), 's', 'time'),
      price: positiveDecimal(jsonDecimal(price, 'price'), 'price'),
      quantity: positiveDecimal(jsonDecimal(volume, 'volume'), 'volume'),
      side: sideOf(side, 'side'),
      ...(tradeId === undefined ? {} : { tradeId: tradeIdOf(tradeId, 'trade_id') }),
    };
  },
};

/** Kraken's times are JSON numbers with up to seven decimals; a double holds today's to a quarter of a microsecond. */
function jsonTime(value: unknown): string {
  if (typeof value === 'number') return value.toFixed(6);
  if (typeof value === 'string') return value;
  throw new BadField('time', value, 'a time in s since 1970');
}

function resultOf(value: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof value !== 'object' || value === null || !('result' in value)) return null;
  const { result } = value;
  return typeof result === 'object' && result !== null ? (result as Readonly<Record<string, unknown>>) : null;
}
