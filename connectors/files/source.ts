import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UnreadableFile } from '../errors.ts';

const READ_BYTES = 256 * 1024;

/**
 * A file's bytes, unpacked when they are gzip's, whatever the file is called.
 * @param onBytes is told of the bytes as they are read from disk.
 * @throws UnreadableFile
 */
export async function openBytes(
  path: string,
  onBytes?: (bytes: number) => void,
): Promise<AsyncIterable<Buffer>> {
  const magic = await firstBytes(path);
  if (magic.toString('latin1') === 'PK\x03\x04') {
    throw new UnreadableFile(
      `${path} is a zip archive.`,
      'Unpack it first (unzip), or pack its file with gzip.',
    );
  }
  const file = createReadStream(path, { highWaterMark: READ_BYTES });
  if (onBytes !== undefined) file.on('data', (chunk) => onBytes(chunk.length));
  if (magic[0] !== 0x1f || magic[1] !== 0x8b) return named(path, file);
  const unpacked = createGunzip({ chunkSize: READ_BYTES });
  // Errors of either stream come out of the reading end.
  pipeline(file, unpacked, () => undefined);
  return named(path, unpacked);
}

/** How a file is to be read; another reading of the same bytes is another source. */
export interface Reading {
  readonly layout?: string;
  readonly map?: string;
  readonly exchange?: string;
  readonly symbol?: string;
}

/**
 * SHA-256, in hex, of the file as it lies on disk and of what was said of how to read it; and its length in bytes.
 * @throws UnreadableFile
 */
export async function fingerprint(
  path: string,
  reading: Reading,
): Promise<{ readonly hash: string; readonly bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of named(path, createReadStream(path, { highWaterMark: 4 * READ_BYTES }))) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  const { layout, map, exchange, symbol } = reading;
  const said = [layout, map, exchange, symbol];
  if (said.some((option) => option !== undefined)) hash.update(JSON.stringify(said));
  return { hash: hash.digest('hex'), bytes };
}

async function firstBytes(path: string): Promise<Buffer> {
  try {
    if ((await stat(path)).isDirectory()) throw new Error('it is a folder');
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(4), position: 0 });
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

async function* named(path: string, stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  try {
    yield* stream;
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): UnreadableFile {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new UnreadableFile(
    `${path} cannot be read: ${text}.`,
    'Check the path and that the file is whole.',
    { cause },
  );
}
