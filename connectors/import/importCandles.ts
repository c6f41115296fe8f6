import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Clock } from '../../engine/clock.ts';
import { BadOption, LimitReached } from '../errors.ts';
import type { FileLanding } from '../fileLanding.ts';
import { fingerprint } from '../files/source.ts';
import { isoOf } from '../instant.ts';
import type { DeadLetter, ImportedCandle } from '../landing.ts';
import { type CandleFileOptions, candleRows } from './candleFile.ts';

export interface ImportOptions {
  readonly files: readonly CandleFileOptions[];
  readonly landing: FileLanding;
  readonly clock: Clock;
  /** Rows stored in one transaction. Default 5,000. */
  readonly chunkRows?: number;
  /** Bad rows after which the import gives up. Default 100,000. */
  readonly maxBadRows?: number;
  /** Read again what earlier runs have stored. */
  readonly again?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ImportProgress) => void;
}

/** How an import stands, after each stored chunk. */
export interface ImportProgress {
  /** The file that is being read. */
  readonly path: string;
  /** Candles handed to the landing in this run. */
  readonly rows: number;
  /** Of those, candles that were stored already. */
  readonly duplicates: number;
  /** Rows that became dead letters. */
  readonly bad: number;
  /** Rows that an earlier run had stored. */
  readonly resumed: number;
  /** Candles a second since the start of this run. */
  readonly rate: number;
  /** Share of the files' bytes that have been read, 0 to 1. */
  readonly share: number;
  /** Seconds left at the present rate of reading, null while that cannot be told. */
  readonly etaSeconds: number | null;
}

export interface ImportReport extends ImportProgress {
  /** False when the signal ended it; the same call then goes on where it stopped. */
  readonly completed: boolean;
}

const SOURCE = 'import';

/**
 * Imports files of one-minute candles, one after the other. Rows and the position in the file are stored together, so
 * that an import that was broken off goes on, and one that is repeated changes nothing.
 *
 * @example
 * await importCandles({ files: [{ path: 'XBTUSD_1.csv' }], landing, clock: systemClock });
 */
export async function importCandles(options: ImportOptions): Promise<ImportReport> {
  if (options.files.length === 0)
    throw new BadOption('There is nothing to import;', 'name at least one file.');
  const run = new Import(options);
  for (const file of options.files) await run.expect(file);
  for (const file of options.files) {
    if (options.signal?.aborted) break;
    await run.read(file);
  }
  return { ...run.report(), completed: !options.signal?.aborted };
}

class Import {
  private readonly options: ImportOptions;
  private readonly startedMs: number;
  private readonly counts = { rows: 0, duplicates: 0, bad: 0, resumed: 0 };
  private path = '';
  private bytesRead = 0;
  private bytesExpected = 0;
  private candles: ImportedCandle[] = [];
  private deadLetters: DeadLetter[] = [];

  constructor(options: ImportOptions) {
    this.options = options;
    this.startedMs = options.clock.now();
  }

  async expect(file: CandleFileOptions): Promise<void> {
    this.bytesExpected += await stat(file.path).then(
      ({ size }) => size,
      () => 0,
    );
  }

  async read(file: CandleFileOptions): Promise<void> {
    const { landing, clock, signal, again = false, chunkRows = 5000 } = this.options;
    this.path = resolve(file.path);
    const { hash, bytes } = await fingerprint(this.path, file);
    const stored = again ? null : await landing.position(SOURCE, this.path);
    const known = stored?.contentHash === hash ? stored : null;
    if (known?.done) {
      this.counts.resumed += known.rowsDone;
      this.bytesRead += bytes;
      return;
    }
    let done = 0;
    const onBytes = (read: number): void => {
      this.bytesRead += read;
    };
    for await (const rows of candleRows({ ...file, clock, onBytes })) {
      for (const { row, read } of rows) {
        done = row;
        if (row <= (known?.rowsDone ?? 0)) this.counts.resumed++;
        else if ('reason' in read) this.deadLetters.push(read);
        else this.candles.push(read);
        if (this.candles.length + this.deadLetters.length >= chunkRows) {
          await this.store(hash, done, false);
          // Nothing is read ahead: what was not stored is read again by the next run.
          if (signal?.aborted) return;
        }
      }
    }
    await this.store(hash, done, true);
  }

  report(): ImportProgress {
    const seconds = (this.options.clock.now() - this.startedMs) / 1000;
    const share = this.bytesExpected === 0 ? 1 : Math.min(1, this.bytesRead / this.bytesExpected);
    return {
      path: this.path,
      ...this.counts,
      rate: seconds > 0 ? this.counts.rows / seconds : 0,
      share,
      etaSeconds: share > 0 && seconds > 0 ? (seconds / share) * (1 - share) : null,
    };
  }

  private async store(contentHash: string, rowsDone: number, done: boolean): Promise<void> {
    const { landing, clock, maxBadRows = 100_000, onProgress } = this.options;
    const { candles, deadLetters, path } = this;
    const updatedAt = isoOf(clock.now() * 1000);
    const positions = [{ source: SOURCE, path, contentHash, rowsDone, done, updatedAt }];
    this.candles = [];
    this.deadLetters = [];
    const fresh = await landing.chunk({ candles, deadLetters, positions });
    this.counts.rows += candles.length;
    this.counts.duplicates += candles.length - fresh.candles;
    this.counts.bad += deadLetters.length;
    onProgress?.(this.report());
    if (this.counts.bad <= maxBadRows) return;
    throw new LimitReached(
      `More than ${maxBadRows} rows could not be read (see dead_letters).`,
      'Check the layout, or raise maxBadRows.',
    );
  }
}
