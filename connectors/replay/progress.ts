import type { Clock } from '../../engine/clock.ts';
import type { Chunk, ChunkCounts } from '../fileLanding.ts';
import { isoOf } from '../instant.ts';

/** How a replay stands, after each stored chunk. */
export interface ReplayProgress {
  /** Trades handed to the landing in this run. */
  readonly rows: number;
  /** Of those, trades that were stored already. */
  readonly duplicates: number;
  /** Rows that became dead letters. */
  readonly bad: number;
  /** Trades that were further out of order than the reorder buffer is long; they were delivered late. */
  readonly late: number;
  /** Rows that an earlier run had stored. */
  readonly resumed: number;
  readonly heartbeats: number;
  /** Trades a second since the start of this run. */
  readonly rate: number;
  /** Share of the files' bytes that have been read, 0 to 1. */
  readonly share: number;
  /** Seconds left at the present rate of reading, null while that cannot be told. */
  readonly etaSeconds: number | null;
  /** Event time, ISO 8601 in UTC; null before the first trade. */
  readonly at: string | null;
}

/** Counts and times a replay. */
export class Meter {
  late = 0;
  resumed = 0;
  bad = 0;
  private rows = 0;
  private duplicates = 0;
  private heartbeats = 0;
  private bytesRead = 0;
  private bytesExpected = 0;
  private micros: number | null = null;
  private readonly clock: Clock;
  private readonly startedMs: number;
  private readonly listener: ((progress: ReplayProgress) => void) | undefined;

  constructor(clock: Clock, listener: ((progress: ReplayProgress) => void) | undefined) {
    this.clock = clock;
    this.startedMs = clock.now();
    this.listener = listener;
  }

  /** Notes the size of a file that is to be read. */
  expect(bytes: number): void {
    this.bytesExpected += bytes;
  }

  /** Notes bytes that were read from disk. */
  read(bytes: number): void {
    this.bytesRead += bytes;
  }

  /** Notes how far event time has come. */
  at(micros: number): void {
    if (Number.isFinite(micros) && micros > (this.micros ?? Number.NEGATIVE_INFINITY)) this.micros = micros;
  }

  stored(chunk: Chunk, counts: ChunkCounts): void {
    const trades = chunk.trades?.length ?? 0;
    this.rows += trades;
    this.duplicates += trades - counts.trades;
    this.bad += chunk.deadLetters?.length ?? 0;
    this.heartbeats += counts.heartbeats;
    this.listener?.(this.report());
  }

  report(): ReplayProgress {
    const seconds = (this.clock.now() - this.startedMs) / 1000;
    const share = this.bytesExpected === 0 ? 1 : Math.min(1, this.bytesRead / this.bytesExpected);
    return {
      rows: this.rows,
      duplicates: this.duplicates,
      bad: this.bad,
      late: this.late,
      resumed: this.resumed,
      heartbeats: this.heartbeats,
      rate: seconds > 0 ? this.rows / seconds : 0,
      share,
      etaSeconds: share > 0 && seconds > 0 ? (seconds / share) * (1 - share) : null,
      at: this.micros === null ? null : isoOf(this.micros),
    };
  }
}
