import { mkdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../../engine/clock.ts';
import { LandingFailed } from '../../errors.ts';
import { type Frame, frameBytes } from './frames.ts';
import { ownFolder } from './owner.ts';
import { Segment } from './segment.ts';

export interface SpoolOptions {
  /** Made when it is not there. */
  readonly folder: string;
  /** Bytes on disk after which `hasRoom` says no. */
  readonly limitBytes: number;
  readonly clock: Clock;
  /** A file of this size is ended and a new one begun. Small: what a crash repeats is at most a file. */
  readonly segmentBytes?: number;
}

const SEGMENT_BYTES = 4 * 1024 * 1024;
const NAME = /^\d{16}\.spool$/;

interface Waiting {
  readonly records: readonly Buffer[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Records on disk, first in first out: files that are only added to, and deleted once all their records were delivered.
 * After a crash the records of the file that was being delivered come again; nothing that `append` resolved for is lost.
 */
export class Spool {
  /** Bytes that could not be read when it was opened, other than the cut end of the last write. */
  readonly damagedBytes: number;
  private readonly options: Required<SpoolOptions>;
  private readonly release: () => void;
  private readonly segments: Segment[];
  private next: number;
  private waiting: Waiting[] = [];
  private writing: Promise<void> | null = null;
  /** Frames of the first segment that are still to be delivered; null when it was not read. */
  private head: Frame[] | null = null;
  private turn: Promise<unknown> = Promise.resolve();

  private constructor(options: Required<SpoolOptions>, release: () => void, found: Found) {
    this.options = options;
    this.release = release;
    this.segments = found.segments;
    this.next = found.next;
    this.damagedBytes = found.damagedBytes;
  }

  /** @throws SpoolBusy when another process has the folder. */
  static async open(options: SpoolOptions): Promise<Spool> {
    mkdirSync(options.folder, { recursive: true });
    const release = ownFolder(options.folder);
    try {
      return new Spool({ segmentBytes: SEGMENT_BYTES, ...options }, release, await find(options.folder));
    } catch (error) {
      release();
      throw error;
    }
  }

  get rows(): number {
    const unread = this.segments.reduce((sum, segment) => sum + segment.rows, 0);
    return this.head === null ? unread : unread - (this.segments[0]?.rows ?? 0) + this.head.length;
  }

  /** On disk; a file that is half delivered counts whole. */
  get bytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  /** When the oldest record was written, milliseconds since the Unix epoch. */
  get oldest(): number | null {
    return this.head?.[0]?.atMs ?? this.segments[0]?.firstMs ?? null;
  }

  /** Nothing is stored and nothing is about to be. */
  get empty(): boolean {
    return this.rows === 0 && this.waiting.length === 0 && this.writing === null;
  }

  hasRoom(): boolean {
    const waiting = this.waiting.reduce((sum, { records }) => sum + bytesOf(records), 0);
    return this.bytes + waiting < this.options.limitBytes;
  }

  /**
   * Resolves when the records survive a crash. Calls that wait for the disk at the same time share one flush.
   * @throws LandingFailed, with nothing stored.
   */
  append(records: readonly Buffer[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ records, resolve, reject });
      this.writing ??= this.write();
    });
  }

  /** The oldest records, at least one if there is any; they stay until `delivered`. */
  peek(maxRecords: number): Promise<readonly Buffer[]> {
    return this.alone(async () => {
      if (this.head === null) await this.readFirst();
      return (this.head ?? []).slice(0, maxRecords).map((frame) => frame.record);
    });
  }

  /** The first `count` records need not come again. */
  delivered(count: number): Promise<void> {
    return this.alone(async () => {
      this.head?.splice(0, count);
      if (this.head?.length === 0) await this.dropFirst();
    });
  }

  async close(): Promise<void> {
    await this.writing;
    await this.alone(async () => {
      for (const segment of this.segments) await segment.seal();
    });
    this.release();
  }

  private async readFirst(): Promise<void> {
    for (let first = this.segments[0]; first !== undefined; first = this.segments[0]) {
      // What is being written to would be read twice: end it, the next record begins another file.
      await first.seal();
      if (first.rows > 0) {
        this.head = [...(await first.read())];
        return;
      }
      await this.dropFirst();
    }
  }

  private async dropFirst(): Promise<void> {
    const first = this.segments.shift();
    this.head = null;
    await first?.remove();
  }

  private async write(): Promise<void> {
    while (this.waiting.length > 0) {
      const group = this.waiting.splice(0);
      try {
        await this.alone(() => this.add(group.flatMap(({ records }) => records)));
        for (const { resolve } of group) resolve();
      } catch (cause) {
        const error = this.failed(cause);
        for (const { reject } of group) reject(error);
      }
    }
    // Here and not in a `finally`: an append that came in between would wait for a loop that has ended.
    this.writing = null;
  }

  private async add(records: readonly Buffer[]): Promise<void> {
    let last = this.segments.at(-1);
    if (last === undefined || !last.open || last.bytes >= this.options.segmentBytes) {
      await last?.seal();
      const name = `${String(this.next++).padStart(16, '0')}.spool`;
      last = await Segment.create(join(this.options.folder, name));
      this.segments.push(last);
    }
    await last.add(records, this.options.clock.now());
  }

  /** Files are touched by one piece of work at a time. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.turn.then(work);
    this.turn = turn.catch(() => undefined);
    return turn;
  }

  private failed(cause: unknown): LandingFailed {
    const text = cause instanceof Error ? cause.message : String(cause);
    return new LandingFailed(
      `Writing to the spool ${this.options.folder} failed: ${text}.`,
      'Nothing of it was stored; see to the disk, then write the same batch again.',
      { cause, transient: true },
    );
  }
}

interface Found {
  readonly segments: Segment[];
  readonly next: number;
  readonly damagedBytes: number;
}

/** Reads what an earlier process left. */
async function find(folder: string): Promise<Found> {
  const names = (await readdir(folder)).filter((name) => NAME.test(name)).sort();
  const segments: Segment[] = [];
  let damagedBytes = 0;
  for (const name of names) {
    const { segment, lost } = await Segment.found(join(folder, name));
    if (name !== names.at(-1)) damagedBytes += lost;
    if (segment.rows === 0) await segment.remove();
    else segments.push(segment);
  }
  const last = names.at(-1);
  return { segments, damagedBytes, next: last === undefined ? 1 : Number.parseInt(last, 10) + 1 };
}

function bytesOf(records: readonly Buffer[]): number {
  return records.reduce((sum, record) => sum + frameBytes(record), 0);
}
