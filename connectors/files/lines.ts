/** One line of a file. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** The bytes without the line's end; cut at the limit. */
  readonly bytes: Buffer;
  /** Bytes that the line really had. */
  readonly length: number;
}

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Splits a byte stream into lines, a batch for each chunk that arrives. A line may be of any length: what is past
 * `maxLineBytes` is counted and dropped, so that one endless line cannot fill the memory.
 *
 * Lines and not a CSV parser, because a bad row must be kept byte by byte and must not upset its neighbours; and dumps
 * of trades have no newline inside quotes. It is also several times faster.
 */
export async function* lineBatches(
  source: AsyncIterable<Buffer>,
  maxLineBytes: number,
): AsyncGenerator<Line[], void> {
  let number = 0;
  /** Start of a line whose end has not come yet, at most maxLineBytes of it. */
  let head: Buffer[] = [];
  let headLength = 0;
  let length = 0;

  const keep = (part: Buffer): void => {
    length += part.length;
    const room = maxLineBytes - headLength;
    if (room <= 0 || part.length === 0) return;
    head.push(part.subarray(0, room));
    headLength += Math.min(room, part.length);
  };
  const finish = (): Line => {
    const bytes = head.length === 1 ? (head[0] as Buffer) : Buffer.concat(head);
    const line = trimmed(++number, bytes, length);
    head = [];
    headLength = 0;
    length = 0;
    return line;
  };

  for await (const chunk of source) {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      keep(chunk.subarray(start, end));
      lines.push(finish());
      start = end + 1;
    }
    // A copy, for the chunk's memory is large and the rest of it is done with.
    if (start < chunk.length) keep(Buffer.from(chunk.subarray(start)));
    if (lines.length > 0) yield lines;
  }
  if (length > 0) yield [finish()];
}

function trimmed(number: number, bytes: Buffer, length: number): Line {
  let start = 0;
  let end = bytes.length;
  if (number === 1 && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK)) start = 3;
  if (end > start && bytes[end - 1] === CARRIAGE_RETURN && length === end) end--;
  return { number, bytes: start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), length };
}
