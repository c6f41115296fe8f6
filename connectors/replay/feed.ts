import type { Clock } from '../../engine/clock.ts';
import type { FilePosition } from '../fileLanding.ts';
import { type FileTrade, TradeFile, type TradeFileOptions } from '../files/tradeFile.ts';
import { isoOf } from '../instant.ts';
import type { DeadLetter } from '../landing.ts';
import { Reorder } from './reorder.ts';

export interface FeedOptions {
  readonly clock: Clock;
  /** Rows that may be out of place. */
  readonly reorderRows: number;
  /** Made-up ids for all, as shifted trades need them. */
  readonly makeIds: boolean;
  readonly onBytes: (bytes: number) => void;
}

/** One file of a replay: its rows in order of time, and how far they have been given out. */
export class Feed {
  readonly index: number;
  readonly file: TradeFileOptions;
  /** Time of its first trade in microseconds, infinite when it has none. */
  startMicros = Number.POSITIVE_INFINITY;
  /** Bad rows that were met and not yet fetched. */
  letters: DeadLetter[] = [];
  /** Trades that came later than the reorder buffer could mend. */
  late = 0;
  /** Rows that an earlier run had stored. */
  skipped = 0;
  private readonly options: FeedOptions;
  private readonly buffer = new Reorder();
  private opened: TradeFile | null = null;
  private ended = false;
  private rowsRead = 0;
  private skipRows = 0;
  private latest = Number.NEGATIVE_INFINITY;
  private contentHash = '';
  private onSkipped: (trade: FileTrade) => void = () => undefined;

  constructor(index: number, file: TradeFileOptions, options: FeedOptions) {
    this.index = index;
    this.file = file;
    this.options = options;
  }

  /** Looks at the file's beginning: its layout must be known, and when it starts decides when it is needed. */
  async probe(): Promise<void> {
    const file = await this.open(() => undefined);
    const rows = (await file.next()) ?? [];
    for (const row of rows)
      if (row.kind === 'trade') this.startMicros = Math.min(this.startMicros, row.micros);
    await file.close();
  }

  /**
   * Opens the file to be read.
   * @param contentHash the file's fingerprint.
   * @param stored where an earlier run came to; its rows are read again but only told to `onSkipped`.
   */
  async begin(
    contentHash: string,
    stored: FilePosition | null,
    onSkipped: (trade: FileTrade) => void,
  ): Promise<void> {
    this.contentHash = contentHash;
    this.skipRows = stored?.contentHash === contentHash ? stored.rowsDone : 0;
    this.onSkipped = onSkipped;
    this.opened = await this.open(this.options.onBytes);
  }

  /** The next trade, undefined at the end. `fill` must have been called since the last `take` that needed it. */
  head(): FileTrade | undefined {
    return this.buffer.peek();
  }

  /** Takes the head. */
  take(): FileTrade | undefined {
    const trade = this.buffer.pop();
    if (trade === undefined) return undefined;
    if (trade.micros < this.latest) this.late++;
    else this.latest = trade.micros;
    return trade;
  }

  get needsFill(): boolean {
    return !this.ended && this.buffer.size <= this.options.reorderRows;
  }

  /** Every row has been taken. */
  get finished(): boolean {
    return this.ended && this.buffer.size === 0;
  }

  /** Reads on by one piece of the file; to be repeated while `needsFill`. */
  async fill(): Promise<void> {
    const rows = (await this.opened?.next()) ?? null;
    if (rows === null) {
      this.ended = true;
      return;
    }
    for (const row of rows) {
      this.rowsRead = row.row;
      if (row.row <= this.skipRows) {
        this.skipped++;
        if (row.kind === 'trade') this.onSkipped(row);
      } else if (row.kind === 'trade') this.buffer.push(row);
      else this.letters.push(row.letter);
    }
  }

  /** Where a later run has to go on, once what was taken so far is stored. */
  position(source: string, nowMs: number): FilePosition {
    const rowsDone = (this.buffer.lowestRow() ?? this.rowsRead + 1) - 1;
    const path = this.opened?.path ?? this.file.path;
    const updatedAt = isoOf(nowMs * 1000);
    return { source, path, contentHash: this.contentHash, rowsDone, done: this.finished, updatedAt };
  }

  async close(): Promise<void> {
    await this.opened?.close();
  }

  private open(onBytes: (bytes: number) => void): Promise<TradeFile> {
    const { clock, makeIds } = this.options;
    return TradeFile.open({ ...this.file, clock, makeIds, source: 'replay', onBytes });
  }
}
