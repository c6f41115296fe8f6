import { isUtf8 } from 'node:buffer';
import { BadField } from '../../errors.ts';
import { isoOf, microsOf } from '../../instant.ts';

/** A frame of a recording. */
export interface RecordedFrame {
  /** When it came, microseconds since the Unix epoch. */
  readonly receivedMicros: number;
  /** Counts the connections of the recording from 1. */
  readonly connection: number;
  readonly exchange: string;
  readonly frame: Buffer;
}

/** A frame as a line of a recording: `{"t": time, "c": connection, "x": exchange, "f": text}`, or `b`, base64, for bytes that are no text. */
export function recordedLine({ receivedMicros, connection, exchange, frame }: RecordedFrame): string {
  const bytes = isUtf8(frame) ? { f: frame.toString('utf8') } : { b: frame.toString('base64') };
  return `${JSON.stringify({ t: isoOf(receivedMicros), c: connection, x: exchange, ...bytes })}\n`;
}

/** Whether a JSON value looks like a line of a recording. */
export function isRecordedLine(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  return 't' in value && 'c' in value && 'x' in value && ('f' in value || 'b' in value);
}

/** Reads a line of a recording, parsed from JSON. @throws BadField */
export function recordedFrameOf(value: unknown): RecordedFrame {
  if (!isRecordedLine(value)) throw new BadField('line', value, 'an object with t, c, x and f or b');
  const { t, c, x, f, b } = value;
  if (typeof t !== 'string') throw new BadField('t', t, 'ISO 8601 text');
  if (typeof c !== 'number') throw new BadField('c', c, 'the number of a connection');
  if (typeof x !== 'string') throw new BadField('x', x, 'the name of an exchange');
  if (typeof f !== 'string' && typeof b !== 'string') throw new BadField('f', f, 'the text of a frame');
  const frame = typeof f === 'string' ? Buffer.from(f, 'utf8') : Buffer.from(String(b), 'base64');
  return { receivedMicros: microsOf(t, 't'), connection: c, exchange: x, frame };
}
