import { BadField, LimitReached } from '../errors.ts';
import type { JsonLayout, LaidTrade } from '../layouts/layout.ts';
import type { Line } from './lines.ts';
import type { FileRecord, Records } from './records.ts';

/** Largest JSON document that is read as one value, in bytes. */
const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;

/** The value of a JSON text, undefined when it is broken. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The records of one line of newline-delimited JSON. */
export function jsonRecords(line: Line, layout: JsonLayout, into: FileRecord[]): void {
  const text = line.bytes.toString('utf8').trim();
  if (text === '') return;
  const place = String(line.number);
  const value = parsedJson(text);
  if (value === undefined) {
    const cut =
      line.length > line.bytes.length + 1
        ? `a line of ${line.length} bytes, cut at ${line.bytes.length}`
        : '';
    into.push({ place, read: new BadField('line', cut || text, 'one JSON value'), raw: line.bytes });
    return;
  }
  valueRecords(value, layout, place, line.bytes, into);
}

/**
 * The records of a file that is one JSON document of many lines.
 * @throws LimitReached when it is too large to be read at once.
 */
export async function documentRecords(
  path: string,
  layouts: readonly JsonLayout[],
  first: readonly Line[],
  rest: AsyncIterable<readonly Line[]>,
): Promise<Records | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  const add = (lines: readonly Line[]): void => {
    for (const line of lines) {
      parts.push(line.bytes);
      bytes += line.bytes.length + 1;
    }
    if (bytes <= MAX_DOCUMENT_BYTES) return;
    throw new LimitReached(
      `${path} is one JSON document of more than ${MAX_DOCUMENT_BYTES} bytes.`,
      'Write one value a line instead (jq -c).',
    );
  };
  add(first);
  for await (const lines of rest) add(lines);
  const value = parsedJson(parts.map((part) => part.toString('utf8')).join('\n'));
  const layout = value === undefined ? undefined : layouts.find((candidate) => candidate.fits(value));
  if (layout === undefined) return null;
  const records: FileRecord[] = [];
  valueRecords(value, layout, '1', Buffer.alloc(0), records);
  return {
    layout,
    batches: (async function* () {
      yield records;
    })(),
  };
}

function valueRecords(
  value: unknown,
  layout: JsonLayout,
  place: string,
  raw: Buffer,
  into: FileRecord[],
): void {
  const items = attempt(() => layout.items(value));
  if (items instanceof BadField) {
    into.push({ place, read: items, raw });
    return;
  }
  if (items.length === 1 && items[0] === value) {
    into.push({ place, read: attempt(() => layout.read(value)), raw });
    return;
  }
  for (const [index, item] of items.entries()) {
    const read: LaidTrade | BadField = attempt(() => layout.read(item));
    // Of a long list, only the item that is at fault is worth keeping.
    const bytes = read instanceof BadField ? Buffer.from(JSON.stringify(item)) : raw;
    into.push({ place: `${place}[${index}]`, read, raw: bytes });
  }
}

function attempt<T>(read: () => T): T | BadField {
  try {
    return read();
  } catch (error) {
    if (error instanceof BadField) return error;
    throw error;
  }
}
