import type { DeadLetter, Heartbeat, ImportedCandle, Landing, Trade } from './landing.ts';

/** How far a file has been read and stored. */
export interface FilePosition {
  /** Who reads it: `replay` or `import`. With `path` the key. */
  readonly source: string;
  /** Absolute path. */
  readonly path: string;
  /** SHA-256 of the file's bytes and of how it is read: a file that was replaced is read from its start. */
  readonly contentHash: string;
  /** Every row up to this number (from 1) is stored. */
  readonly rowsDone: number;
  /** The file was read to its end. */
  readonly done: boolean;
  /** ISO 8601 in UTC. */
  readonly updatedAt: string;
}

/** What is stored together, or not at all. */
export interface Chunk {
  readonly trades?: readonly Trade[];
  readonly heartbeats?: readonly Heartbeat[];
  readonly candles?: readonly ImportedCandle[];
  readonly deadLetters?: readonly DeadLetter[];
  readonly positions?: readonly FilePosition[];
}

/** Rows of a chunk that were new. */
export interface ChunkCounts {
  readonly trades: number;
  readonly heartbeats: number;
  readonly candles: number;
  readonly deadLetters: number;
}

/** A landing that also remembers how far files were read, in the same transaction as their rows. */
export interface FileLanding extends Landing {
  chunk(chunk: Chunk): Promise<ChunkCounts>;
  /** Null when the file was never read by this source. */
  position(source: string, path: string): Promise<FilePosition | null>;
}
