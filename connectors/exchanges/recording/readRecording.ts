import { types } from 'node:util';
import { BadField, UnreadableFile } from '../../errors.ts';
import { parsedJson } from '../../files/jsonRecords.ts';
import { type Line, lineBatches } from '../../files/lines.ts';
import { openBytes } from '../../files/source.ts';
import { type RecordedFrame, recordedFrameOf } from './recordedFrame.ts';

/** JSON may take six bytes for one, and the largest frame of an exchange is some MiB. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

/**
 * The frames of a recording's file in the order they came. A last line that was cut off by a crash is passed over.
 * @throws UnreadableFile; BadField for a line in the middle that is none of a recording.
 */
export async function* readRecording(path: string): AsyncGenerator<RecordedFrame, void> {
  let last: Line | null = null;
  for await (const line of untilCut(path)) {
    if (last !== null) yield frameOf(path, last);
    last = line;
  }
  if (last !== null && parsedJson(last.bytes.toString('utf8')) !== undefined) yield frameOf(path, last);
}

/** The lines of a file, packed or not; where the packing breaks off, the file ends. */
async function* untilCut(path: string): AsyncGenerator<Line, void> {
  try {
    for await (const lines of lineBatches(await openBytes(path), MAX_LINE_BYTES)) yield* lines;
  } catch (error) {
    const cause = error instanceof UnreadableFile ? error.cause : error;
    // zlib's word for a stream that ends too early.
    if (!types.isNativeError(cause) || !('code' in cause) || cause.code !== 'Z_BUF_ERROR') throw error;
  }
}

function frameOf(path: string, line: Line): RecordedFrame {
  try {
    return recordedFrameOf(parsedJson(line.bytes.toString('utf8')));
  } catch (error) {
    if (!(error instanceof BadField)) throw error;
    throw new BadField(`${path}:${line.number}`, line.bytes.toString('utf8'), 'a line of a recording');
  }
}
