import { crc32 } from 'node:zlib';

// A frame is: length of what follows the checksum (4 bytes), CRC-32 of it (4), time of writing in ms as a double (8),
// the record. All big-endian. A file that was cut anywhere, or has garbage at its end, gives the frames before that place.

const HEAD = 8;
const TIME = 8;

/** A record may be this long: what comes longer out of a file is damage, not a record. */
export const MAX_RECORD_BYTES = 4 * 1024 * 1024;

export interface Frame {
  readonly record: Buffer;
  /** When it was written, milliseconds since the Unix epoch. */
  readonly atMs: number;
}

/** Bytes that a record takes in a file. */
export function frameBytes(record: Buffer): number {
  return HEAD + TIME + record.length;
}

export function encodeFrames(records: readonly Buffer[], atMs: number): Buffer {
  const bytes = Buffer.allocUnsafe(records.reduce((sum, record) => sum + frameBytes(record), 0));
  let at = 0;
  for (const record of records) {
    const end = at + frameBytes(record);
    bytes.writeDoubleBE(atMs, at + HEAD);
    record.copy(bytes, at + HEAD + TIME);
    bytes.writeUInt32BE(TIME + record.length, at);
    bytes.writeUInt32BE(crc32(bytes.subarray(at + HEAD, end)), at + 4);
    at = end;
  }
  return bytes;
}

/** The whole frames at the beginning, and how many bytes they take. */
export function decodeFrames(bytes: Buffer): { readonly frames: Frame[]; readonly validBytes: number } {
  const frames: Frame[] = [];
  let at = 0;
  while (at + HEAD + TIME <= bytes.length) {
    const length = bytes.readUInt32BE(at);
    const end = at + HEAD + length;
    if (length < TIME || length > TIME + MAX_RECORD_BYTES || end > bytes.length) break;
    const body = bytes.subarray(at + HEAD, end);
    if (crc32(body) !== bytes.readUInt32BE(at + 4)) break;
    frames.push({ record: body.subarray(TIME), atMs: body.readDoubleBE(0) });
    at = end;
  }
  return { frames, validBytes: at };
}
