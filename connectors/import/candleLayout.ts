import { BadOption } from '../errors.ts';

/** What a candle's row can hold, beside its time. */
export const CANDLE_FIELDS = [
  'open',
  'high',
  'low',
  'close',
  'volume',
  'notional',
  'trades',
  'taker_buy_volume',
  'exchange',
  'symbol',
] as const;
export type CandleField = (typeof CANDLE_FIELDS)[number] | 'ts';

/** Where each field stands in a row, from 0. */
export type CandleColumns = ReadonlyMap<CandleField, number>;

export interface CandleLayout {
  readonly name: string;
  readonly columns: string;
  readonly exchange?: string;
  /**
   * The columns of a file that begins like this, or null when the layout does not fit.
   * @param header the names of the row in lower case, null when it holds data.
   */
  open(header: readonly string[] | null, row: readonly string[]): CandleColumns | null;
}

const NEEDED: readonly CandleField[] = ['ts', 'open', 'high', 'low', 'close', 'volume'];
const EPOCH = /^\d{9,10}$|^\d{13}$|^\d{16}$/;

/** The names that people give to columns; the first that is there counts. */
const ALIASES: readonly (readonly [CandleField, readonly string[]])[] = [
  [
    'ts',
    [
      'window_start',
      'open_time',
      'open time',
      'time',
      'timestamp',
      'date',
      'datetime',
      'ts',
      'unix',
      'time_ms',
    ],
  ],
  ['open', ['open', 'open_price']],
  ['high', ['high', 'high_price']],
  ['low', ['low', 'low_price']],
  ['close', ['close', 'close_price']],
  ['volume', ['volume', 'base_volume', 'vol']],
  ['notional', ['notional', 'quote_volume', 'quote_asset_volume', 'quote asset volume']],
  ['trades', ['trades', 'trade_count', 'count', 'number_of_trades', 'number of trades']],
  ['taker_buy_volume', ['taker_buy_volume', 'taker_buy_base_volume', 'taker_buy_base_asset_volume']],
  ['exchange', ['exchange']],
  ['symbol', ['symbol', 'pair', 'product_id']],
];

const krakenOhlcvt: CandleLayout = {
  name: 'kraken-ohlcvt',
  columns: 'time,open,high,low,close,volume,trades',
  exchange: 'kraken',
  open: (header, row) =>
    header === null && row.length === 7 && EPOCH.test(row[0] ?? '') ? numbered([...NEEDED, 'trades']) : null,
};

const KLINES: readonly (CandleField | null)[] = [...NEEDED, null, 'notional', 'trades', 'taker_buy_volume'];
const binanceKlines: CandleLayout = {
  name: 'binance-klines',
  columns:
    'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore',
  exchange: 'binance',
  open(header, row) {
    const named = header !== null && header[0]?.replace(' ', '_') === 'open_time' && header.length >= 11;
    const bare = header === null && row.length >= 11 && EPOCH.test(row[0] ?? '') && EPOCH.test(row[6] ?? '');
    return named || bare ? numbered(KLINES) : null;
  },
};

const headed: CandleLayout = {
  name: 'header',
  columns:
    'time,open,high,low,close,volume[,notional][,trades][,taker_buy_volume][,exchange][,symbol] in any order',
  open(header) {
    const columns = new Map<CandleField, number>();
    for (const [field, names] of ALIASES) {
      const index = names.map((name) => (header ?? []).indexOf(name)).find((found) => found >= 0);
      if (index !== undefined) columns.set(field, index);
    }
    return NEEDED.every((field) => columns.has(field)) ? columns : null;
  },
};

/** Without a header: the six columns that everyone agrees on. */
const bare: CandleLayout = {
  name: 'bare',
  columns: 'time,open,high,low,close,volume without a header',
  open: (header, row) =>
    header === null && row.length === 6 && EPOCH.test(row[0] ?? '') ? numbered(NEEDED) : null,
};

export const candleLayouts: readonly CandleLayout[] = [krakenOhlcvt, binanceKlines, headed, bare];

/**
 * A layout from the command line, `ts=1,open=2,high=3,low=4,close=5,volume=6`, by names or numbers of columns.
 * @throws BadOption
 */
export function mappedCandles(text: string): CandleLayout {
  const example = 'Write it as --map ts=time,open=open,high=high,low=low,close=close,volume=volume.';
  const columns = new Map<CandleField, string>();
  for (const part of text.split(',')) {
    const [name = '', column = ''] = part.split('=').map((piece) => piece.trim());
    const field = (['ts', ...CANDLE_FIELDS] as const).find((known) => known === name);
    if (field === undefined || column === '') {
      throw new BadOption(
        `The mapping's part ${JSON.stringify(part)} is not one of ts, ${CANDLE_FIELDS.join(', ')}.`,
        example,
      );
    }
    columns.set(field, column.toLowerCase());
  }
  const missing = NEEDED.find((field) => !columns.has(field));
  if (missing !== undefined)
    throw new BadOption(`The mapping ${JSON.stringify(text)} has no ${missing}.`, example);
  return {
    name: 'mapping',
    columns: text,
    open(header, row) {
      const found = new Map<CandleField, number>();
      for (const [field, column] of columns) {
        const index = /^\d+$/.test(column) ? Number(column) - 1 : (header ?? []).indexOf(column);
        if (index < 0 || index >= row.length) return null;
        found.set(field, index);
      }
      return found;
    },
  };
}

function numbered(fields: readonly (CandleField | null)[]): CandleColumns {
  return new Map(fields.flatMap((field, index) => (field === null ? [] : [[field, index] as const])));
}
