import { isUtf8 } from 'node:buffer';
import { isoOf } from '../../instant.ts';
import type { Exchange, Message } from '../exchange.ts';

/** What a frame says, or in one sentence why it cannot be read: the same for live frames and recorded ones. */
export function readFrame(
  exchange: Exchange,
  bytes: Buffer,
  receivedMicros: number,
): readonly Message[] | string {
  if (!isUtf8(bytes)) return `A frame of ${bytes.length} bytes is not UTF-8 text.`;
  try {
    return exchange.read(bytes.toString('utf8'), isoOf(receivedMicros));
  } catch (error) {
    // BadField, as agreed. Should a protocol fail in another way, one frame must not stop the stream either.
    return error instanceof Error ? error.message : String(error);
  }
}
