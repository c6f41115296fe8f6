import { resolve } from 'node:path';
import type { Clock } from '../../engine/clock.ts';
import { BadField, UnknownMarket } from '../errors.ts';
import { isoOf, MICROS_PER_SECOND } from '../instant.ts';
import type { DeadLetter, Side } from '../landing.ts';
import type { LaidTrade, Layout } from '../layouts/layout.ts';
import { marketOfFileName, marketSymbol } from '../symbols.ts';
import { type FileRecord, openRecords } from './records.ts';
import { Sequence } from './sequence.ts';
import { TickRule } from './tickRule.ts';

/** Bitcoin's first block: no trade is older. Microseconds since the Unix epoch. */
const EARLIEST = Date.UTC(2009, 0, 3) * 1000;
const DAY = 86_400 * MICROS_PER_SECOND;
/** Bytes of a bad record that are kept. */
const MAX_RAW_BYTES = 64 * 1024;

/** What every reader of a trade file has beside the file itself. */
export interface ReadingOptions {
  readonly clock: Clock;
  /** Who reads it, as it stands in dead letters. */
  readonly source: string;
  /** Whether ids are to be made up for trades that have one. */
  readonly makeIds: boolean;
  /** Is told of the bytes as they are read from disk. */
  readonly onBytes?: (bytes: number) => void;
}

export interface TradeFileOptions {
  /** Absolute or relative path; `.gz` or not. */
  readonly path: string;
  /** Name of the layout; without it the file's beginning decides. */
  readonly layout?: string;
  /** A mapping of columns instead of a layout. */
  readonly map?: string;
  /** For files that do not say. */
  readonly exchange?: string;
  readonly symbol?: string;
  /** A longer line is a dead letter. Default 4 MiB, and 64 KiB for CSV. */
  readonly maxLineBytes?: number;
}

/** A trade of a file, complete but for an id where the layout has none. */
export interface FileTrade {
  readonly kind: 'trade';
  /** Counts the file's records from 1. */
  readonly row: number;
  readonly exchange: string;
  readonly symbol: string;
  /** Exchange time, microseconds since the Unix epoch. */
  readonly micros: number;
  readonly price: string;
  readonly quantity: string;
  readonly side: Side;
  readonly tradeId: string | null;
  /** How many rows of the same market and microsecond came before it in the file; 0 where an id needs none. */
  readonly sequence: number;
  readonly receivedMicros: number | null;
}

export interface BadRow {
  readonly kind: 'bad';
  readonly row: number;
  readonly letter: DeadLetter;
}

interface Market {
  readonly exchange: string;
  readonly symbol: string;
  readonly sequence: Sequence;
  readonly tickRule: TickRule;
}

/** A file of trades, row by row, validated and with their market. */
export class TradeFile {
  readonly path: string;
  readonly layout: Layout;
  private readonly records: AsyncIterator<readonly FileRecord[]>;
  private readonly options: TradeFileOptions & ReadingOptions;
  private readonly fallback: { readonly exchange?: string; readonly symbol?: string };
  private readonly markets = new Map<string, Market>();
  private row = 0;

  private constructor(
    layout: Layout,
    records: AsyncIterable<readonly FileRecord[]>,
    options: TradeFileOptions & ReadingOptions,
  ) {
    this.path = resolve(options.path);
    this.layout = layout;
    this.records = records[Symbol.asyncIterator]();
    this.options = options;
    const named = marketOfFileName(this.path.slice(this.path.lastIndexOf('/') + 1));
    const exchange = options.exchange ?? layout.exchange ?? named.exchange;
    const symbol = options.symbol === undefined ? named.symbol : marketSymbol(options.symbol);
    this.fallback = {
      ...(exchange === undefined ? {} : { exchange }),
      ...(symbol === undefined ? {} : { symbol }),
    };
  }

  /**
   * Opens a file and finds its layout.
   * @throws UnknownLayout, UnreadableFile, BadOption
   */
  static async open(options: TradeFileOptions & ReadingOptions): Promise<TradeFile> {
    const { path, layout: name, map, maxLineBytes = 4 * 1024 * 1024 } = options;
    const { layout, batches } = await openRecords(path, {
      ...(name === undefined ? {} : { layout: name }),
      ...(map === undefined ? {} : { map }),
      ...(options.onBytes === undefined ? {} : { onBytes: options.onBytes }),
      maxLineBytes,
    });
    return new TradeFile(layout, batches, options);
  }

  /** The next rows, null at the end. @throws UnknownMarket, UnreadableFile */
  async next(): Promise<readonly (FileTrade | BadRow)[] | null> {
    const batch = await this.records.next();
    if (batch.done === true) return null;
    const latest = this.options.clock.now() * 1000 + DAY;
    const rows = new Array<FileTrade | BadRow>(batch.value.length);
    for (let i = 0; i < rows.length; i++) rows[i] = this.accept(batch.value[i] as FileRecord, latest);
    return rows;
  }

  /** Stops reading. */
  async close(): Promise<void> {
    await this.records.return?.();
  }

  private accept(record: FileRecord, latest: number): FileTrade | BadRow {
    this.row++;
    const { read } = record;
    if (read instanceof BadField) return this.bad(record, read);
    if (read.micros < EARLIEST || read.micros > latest) {
      const expected = `a time from 2009 to one day from now (${isoOf(latest - DAY)})`;
      return this.bad(record, new BadField('ts', isoOf(read.micros), expected));
    }
    let market: Market;
    try {
      market = this.marketOf(read);
    } catch (error) {
      // A single row's own market that cannot be read is that row's fault; a file without any is the caller's.
      if (
        error instanceof UnknownMarket &&
        read.symbol !== undefined &&
        this.fallback.exchange !== undefined
      ) {
        return this.bad(record, new BadField('symbol', read.symbol, 'a market such as BTC/USD'));
      }
      throw error;
    }
    const guessed = read.side ?? market.tickRule.next(read.price);
    return {
      kind: 'trade',
      row: this.row,
      exchange: market.exchange,
      symbol: market.symbol,
      micros: read.micros,
      price: read.price,
      quantity: read.quantity,
      side: guessed,
      tradeId: read.tradeId ?? null,
      sequence: read.tradeId === undefined || this.options.makeIds ? market.sequence.next(read.micros) : 0,
      receivedMicros: read.receivedMicros ?? null,
    };
  }

  private marketOf(read: LaidTrade): Market {
    const exchange = read.exchange?.toLowerCase() ?? this.fallback.exchange;
    const key = `${exchange} ${read.symbol}`;
    const known = this.markets.get(key);
    if (known !== undefined) return known;
    const symbol = read.symbol === undefined ? this.fallback.symbol : marketSymbol(read.symbol);
    if (exchange === undefined || symbol === undefined) {
      const missing = exchange === undefined ? 'exchange' : 'symbol';
      throw new UnknownMarket(
        `${this.path} does not say its ${missing}, and neither does its name.`,
        missing === 'exchange' ? 'Give --exchange kraken.' : 'Give --symbol BTC/USD.',
      );
    }
    const market = { exchange, symbol, sequence: new Sequence(), tickRule: new TickRule() };
    this.markets.set(key, market);
    return market;
  }

  private bad(record: FileRecord, problem: BadField): BadRow {
    const cut = record.raw.length > MAX_RAW_BYTES;
    const reason = cut ? `${problem.message} Raw bytes cut at ${MAX_RAW_BYTES}.` : problem.message;
    const letter = {
      source: this.options.source,
      place: `${this.path}:${record.place}`,
      reason,
      raw: record.raw.subarray(0, MAX_RAW_BYTES),
      receivedAt: isoOf(this.options.clock.now() * 1000),
    };
    return { kind: 'bad', row: this.row, letter };
  }
}
