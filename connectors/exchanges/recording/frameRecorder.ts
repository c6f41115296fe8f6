import { type FileHandle, open } from 'node:fs/promises';
import { promisify, types } from 'node:util';
import { gzip } from 'node:zlib';
import type { Clock } from '../../../engine/clock.ts';
import { LimitReached, UnwritableFile } from '../../errors.ts';
import { recordedLine } from './recordedFrame.ts';

const pack = promisify(gzip);
/** Lines are written once they are so many bytes, or so old in milliseconds: what a crash can cost. */
const BLOCK_BYTES = 256 * 1024;
const BLOCK_MS = 1000;

export interface FrameRecorderOptions {
  /** As `kraken.ndjson` or `kraken.ndjson.gz`; the latter is packed. What exists is never overwritten. */
  readonly path: string;
  readonly clock: Clock;
  /** A file of so many bytes is followed by the next one: `kraken.2.ndjson.gz`. Default 256 MiB. */
  readonly maxFileBytes?: number;
  /** Recording ends with LimitReached when the last of so many files is full. Default 64. */
  readonly maxFiles?: number;
}

export interface RecorderCounts {
  readonly frames: number;
  /** Bytes on disk. */
  readonly bytes: number;
  /** The files of this recording, in order. */
  readonly files: readonly string[];
}

/**
 * Writes raw frames as they come, a line each. A packed file is a row of small gzip members, each written at once, so
 * that what a killed process leaves can be read to its end.
 *
 * @example
 * const recorder = await FrameRecorder.open({ path: 'kraken.ndjson.gz', clock });
 * const connection = recorder.connection('kraken');
 * await recorder.write(frame, receivedMicros, connection);
 * await recorder.close();
 */
export class FrameRecorder {
  private readonly options: Required<FrameRecorderOptions>;
  private readonly connections: string[] = [];
  private readonly files: string[] = [];
  private file: FileHandle | null = null;
  private fileBytes = 0;
  private fileNumber = 0;
  private lines: string[] = [];
  private lineBytes = 0;
  private oldestAt = 0;
  private writing: Promise<void> = Promise.resolve();
  private failure: { readonly error: unknown } | null = null;
  private readonly counted = { frames: 0, bytes: 0 };

  private constructor(options: FrameRecorderOptions) {
    this.options = { maxFileBytes: 256 * 1024 * 1024, maxFiles: 64, ...options };
  }

  /** @throws UnwritableFile, LimitReached */
  static async open(options: FrameRecorderOptions): Promise<FrameRecorder> {
    const recorder = new FrameRecorder(options);
    await recorder.openNext();
    return recorder;
  }

  counts(): RecorderCounts {
    return { ...this.counted, files: [...this.files] };
  }

  /** A number for a new connection to this exchange, unique in the recording. */
  connection(exchange: string): number {
    return this.connections.push(exchange);
  }

  /**
   * Takes a frame; waits while a block is being written. Each caller awaits its own, so no more than a block and a
   * frame of each wait in memory.
   * @throws UnwritableFile, LimitReached; from then on always.
   */
  async write(frame: Uint8Array, receivedMicros: number, connection: number): Promise<void> {
    if (this.failure !== null) throw this.failure.error;
    const exchange = this.connections[connection - 1];
    if (exchange === undefined) throw new Error(`Connection ${connection} is not of this recording.`);
    const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
    const line = recordedLine({ receivedMicros, connection, exchange, frame: bytes });
    if (this.lines.length === 0) this.oldestAt = this.options.clock.now();
    this.lines.push(line);
    this.lineBytes += line.length;
    this.counted.frames++;
    if (this.lineBytes >= BLOCK_BYTES || this.options.clock.now() - this.oldestAt >= BLOCK_MS) {
      await this.flush();
    }
  }

  /** Writes what waits, to the disk itself. @throws as `write`. */
  async close(): Promise<void> {
    try {
      await this.flush();
      await this.file?.sync();
    } finally {
      await this.file?.close();
      this.file = null;
    }
  }

  private async flush(): Promise<void> {
    const block = this.lines.join('');
    this.lines = [];
    this.lineBytes = 0;
    this.writing = this.writing.then(() => this.append(block));
    await this.writing;
    if (this.failure !== null) throw this.failure.error;
  }

  /** Never rejects: the failure is kept for every caller to come. */
  private async append(block: string): Promise<void> {
    if (block === '' || this.failure !== null) return;
    try {
      if (this.fileBytes >= this.options.maxFileBytes) await this.openNext();
      const bytes = this.options.path.endsWith('.gz') ? await pack(block) : Buffer.from(block, 'utf8');
      await this.file?.appendFile(bytes);
      this.fileBytes += bytes.length;
      this.counted.bytes += bytes.length;
    } catch (error) {
      this.failure = { error: error instanceof LimitReached ? error : this.unwritable(error) };
    }
  }

  /** Opens the first file of the row that does not exist. */
  private async openNext(): Promise<void> {
    await this.file?.close();
    this.file = null;
    const { maxFiles } = this.options;
    while (this.file === null) {
      if (this.fileNumber >= maxFiles) throw this.full();
      const path = numbered(this.options.path, ++this.fileNumber);
      try {
        this.file = await open(path, 'ax');
        this.files.push(path);
        this.fileBytes = 0;
      } catch (cause) {
        if (!types.isNativeError(cause) || !('code' in cause) || cause.code !== 'EEXIST') {
          throw this.unwritable(cause);
        }
      }
    }
  }

  private full(): LimitReached {
    const { path, maxFiles, maxFileBytes } = this.options;
    return new LimitReached(
      `The recording ${path} has its ${maxFiles} files of ${maxFileBytes} bytes each.`,
      'Move the files that are done with elsewhere, or record under another name.',
    );
  }

  private unwritable(cause: unknown): UnwritableFile {
    if (cause instanceof UnwritableFile) return cause;
    const words = types.isNativeError(cause) ? cause.message : String(cause);
    return new UnwritableFile(
      `${this.options.path} cannot be written: ${words}.`,
      'Check the folder, its permissions and the room on the disk.',
      { cause },
    );
  }
}

/** `kraken.ndjson.gz`, then `kraken.2.ndjson.gz`. */
function numbered(path: string, number: number): string {
  if (number === 1) return path;
  const [, stem = path, ending = ''] = /^(.*?)((?:\.ndjson|\.jsonl)?(?:\.gz)?)$/.exec(path) ?? [];
  return `${stem}.${number}${ending}`;
}
