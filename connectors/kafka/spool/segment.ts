import { type FileHandle, open, readFile, rm, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { decodeFrames, encodeFrames, type Frame } from './frames.ts';

/** One file of a spool: frames are added at its end, and it is deleted as a whole when all of them were delivered. */
export class Segment {
  readonly file: string;
  rows = 0;
  /** Bytes of whole frames; what may lie behind them is a write that failed. */
  bytes = 0;
  /** When its first record was written, milliseconds since the Unix epoch. */
  firstMs: number | null = null;
  private handle: FileHandle | null;

  private constructor(file: string, handle: FileHandle | null) {
    this.file = file;
    this.handle = handle;
  }

  /** A new one. Its name is on disk, too, when this resolves. */
  static async create(file: string): Promise<Segment> {
    const handle = await open(file, 'wx');
    const folder = await open(dirname(file), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
    return new Segment(file, handle);
  }

  /** One that is there. What a crash left behind its whole frames is cut off; `lost` says how many bytes that was. */
  static async found(file: string): Promise<{ segment: Segment; lost: number }> {
    const bytes = await readFile(file);
    const { frames, validBytes } = decodeFrames(bytes);
    if (validBytes < bytes.length) await truncate(file, validBytes);
    const segment = new Segment(file, null);
    segment.rows = frames.length;
    segment.bytes = validBytes;
    segment.firstMs = frames[0]?.atMs ?? null;
    return { segment, lost: bytes.length - validBytes };
  }

  /** Frames can be added. */
  get open(): boolean {
    return this.handle !== null;
  }

  /** Adds records; they survive a crash when this resolves, and none is there when it rejects. */
  async add(records: readonly Buffer[], atMs: number): Promise<void> {
    const { handle } = this;
    if (handle === null) throw new TypeError(`${this.file} is sealed`);
    const frames = encodeFrames(records, atMs);
    try {
      for (let written = 0; written < frames.length; ) {
        const at = this.bytes + written;
        written += (await handle.write(frames, written, frames.length - written, at)).bytesWritten;
      }
      await handle.datasync();
    } catch (error) {
      // A disk that is full may have taken a part. What can't be cut off is overwritten by what comes next.
      await handle.truncate(this.bytes).catch(() => undefined);
      throw error;
    }
    this.bytes += frames.length;
    this.rows += records.length;
    this.firstMs ??= atMs;
  }

  /** Nothing is added any more. */
  async seal(): Promise<void> {
    const { handle } = this;
    this.handle = null;
    await handle?.close();
  }

  async read(): Promise<readonly Frame[]> {
    return decodeFrames((await readFile(this.file)).subarray(0, this.bytes)).frames;
  }

  async remove(): Promise<void> {
    await this.seal();
    await rm(this.file, { force: true });
  }
}
