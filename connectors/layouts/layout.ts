import { BadField } from '../errors.ts';
import type { Side } from '../landing.ts';

/** One trade as a layout reads it. What the file does not say is left out, and found elsewhere by the trade file. */
export interface LaidTrade {
  readonly exchange?: string;
  /** As the file writes it. */
  readonly symbol?: string;
  /** Decimal text. */
  readonly tradeId?: string;
  /** Exchange time in microseconds since the Unix epoch. */
  readonly micros: number;
  /** Plain decimal text above 0. */
  readonly price: string;
  /** Plain decimal text above 0, in base currency. */
  readonly quantity: string;
  /** The taker's side. */
  readonly side?: Side;
  /** When a recorder received it, in microseconds since the Unix epoch. */
  readonly receivedMicros?: number;
}

/** Reads one row of a CSV file. @throws BadField */
export type RowReader = (fields: readonly string[]) => LaidTrade;

interface Named {
  /** What `--layout` takes. */
  readonly name: string;
  /** Its columns, for documentation and messages. */
  readonly columns: string;
  /** The exchange whose layout it is. */
  readonly exchange?: string;
  /** False when ids must be made up: see ids.ts. */
  readonly hasTradeIds: boolean;
}

/** A layout of comma-separated rows. */
export interface CsvLayout extends Named {
  readonly kind: 'csv';
  /**
   * A reader for the file that begins like this, or null when the layout does not fit.
   * @param header the names of the first row in lower case, null when the first row holds data.
   * @param row the first row of data, undefined when there is none.
   */
  open(header: readonly string[] | null, row: readonly string[] | undefined): RowReader | null;
}

/** A layout of JSON values: one a line, or one a file. */
export interface JsonLayout extends Named {
  readonly kind: 'json';
  /** Whether the first value of the file is of this layout. */
  fits(value: unknown): boolean;
  /** The trades that one value holds, still to be read; nothing for a message of another kind. */
  items(value: unknown): readonly unknown[];
  /** Reads one of them. @throws BadField */
  read(item: unknown): LaidTrade;
}

export type Layout = CsvLayout | JsonLayout;

/** An exchange's id of a trade: a whole number that fits PostgreSQL's bigint. @throws BadField */
export function tradeIdOf(value: unknown, field: string): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text === 'string' && /^\d{1,18}$/.test(text)) {
    // JSON numbers past 2^53 have lost their last digits already.
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return text;
  }
  throw new BadField(field, value, 'a whole number of at most 18 digits');
}

/** The taker's side, in the words that exchanges use. @throws BadField */
export function sideOf(value: unknown, field: string): Side {
  switch (typeof value === 'string' ? value.toLowerCase() : value) {
    case 'buy':
    case 'b':
    case 'bid':
      return 'buy';
    case 'sell':
    case 's':
    case 'ask':
      return 'sell';
    default:
      throw new BadField(field, value, 'buy or sell (b or s)');
  }
}

/** The taker's side where the file says whether the buyer was the maker. @throws BadField */
export function sideOfBuyerMaker(value: unknown, field: string): Side {
  switch (typeof value === 'string' ? value.toLowerCase() : value) {
    case 'true':
    case '1':
    case true:
      return 'sell';
    case 'false':
    case '0':
    case false:
      return 'buy';
    default:
      throw new BadField(field, value, 'true or false (1 or 0)');
  }
}

/** A field of a row. @throws BadField when the row is too short or the field empty. */
export function fieldAt(fields: readonly string[], index: number, name: string): string {
  const value = fields[index];
  if (value === undefined || value === '') throw new BadField(name, value === '' ? '' : undefined, 'a value');
  return value;
}

/** A JSON value as an object whose fields may be asked for. @throws BadField */
export function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BadField(what, value, 'an object');
  return value as Readonly<Record<string, unknown>>;
}
