import { BadField } from '../errors.ts';
import type { CsvLayout, JsonLayout, LaidTrade, Layout, RowReader } from '../layouts/layout.ts';
import { mappedLayout } from '../layouts/mapping.ts';
import { layoutNamed, noLayoutFits, tradeLayouts } from '../layouts/registry.ts';
import { csvFields, headerOf } from './csvRow.ts';
import { documentRecords, jsonRecords, parsedJson } from './jsonRecords.ts';
import { type Line, lineBatches } from './lines.ts';
import { openBytes } from './source.ts';

/** A longer row of values is no row. JSON lines may be longer: snapshots of order books pass 1 MB. */
const MAX_ROW_BYTES = 64 * 1024;

/** One trade of a file, or what stands where one was expected. */
export interface FileRecord {
  /** Line, and within a list its place in the list: `7`, `7[12]`. */
  readonly place: string;
  readonly read: LaidTrade | BadField;
  /** The record's bytes. */
  readonly raw: Uint8Array;
}

export interface RecordsOptions {
  /** Name of the layout; without it the file's beginning decides. */
  readonly layout?: string;
  /** A mapping of columns instead of a layout. */
  readonly map?: string;
  /** A longer line is a dead letter. */
  readonly maxLineBytes: number;
  /** Is told of the bytes as they are read from disk. */
  readonly onBytes?: (bytes: number) => void;
}

export interface Records {
  readonly layout: Layout;
  readonly batches: AsyncIterable<readonly FileRecord[]>;
}

/** Opens a file and finds its layout. @throws UnknownLayout, UnreadableFile, BadOption */
export async function openRecords(path: string, options: RecordsOptions): Promise<Records> {
  const { map, layout: name, maxLineBytes } = options;
  const wanted = map !== undefined ? mappedLayout(map) : name !== undefined ? layoutNamed(name) : null;
  const candidates = wanted === null ? tradeLayouts : [wanted];
  const lines = lineBatches(await openBytes(path, options.onBytes), maxLineBytes);
  const first = await beginning(lines);
  const [top, second] = first.filter((line) => textOf(line) !== '');
  if (top === undefined) throw noLayoutFits(path, '');
  const start = textOf(top);
  const found = /^[[{]/.test(start)
    ? await openJson(path, candidates, first, lines, top)
    : openCsv(candidates, top, second, maxLineBytes);
  if (found === null) throw noLayoutFits(path, start);
  if ('batches' in found) return found;
  return { layout: found.layout, batches: recordBatches(first, lines, found.read) };
}

interface LineReader {
  readonly layout: Layout;
  readonly read: (line: Line, into: FileRecord[]) => void;
}

function openCsv(
  candidates: readonly Layout[],
  top: Line,
  second: Line | undefined,
  maxLineBytes: number,
): LineReader | null {
  const names = headerOf(csvFields(textOf(top)));
  const data = names === null ? top : second;
  const row = data === undefined ? undefined : csvFields(textOf(data));
  const opened = candidates
    .filter((layout): layout is CsvLayout => layout.kind === 'csv')
    .map((layout) => ({ layout, reader: layout.open(names, row) }))
    .find(({ reader }) => reader !== null);
  if (opened?.reader == null) return null;
  const { layout, reader } = opened;
  const header = names === null ? 0 : top.number;
  return {
    layout,
    read(line, into) {
      if (line.number <= header || line.bytes.length === 0) return;
      into.push({ place: String(line.number), read: readRow(line, reader, maxLineBytes), raw: line.bytes });
    },
  };
}

function readRow(line: Line, reader: RowReader, maxLineBytes: number): LaidTrade | BadField {
  try {
    return tooLong(line, Math.min(maxLineBytes, MAX_ROW_BYTES)) ?? reader(csvFields(textOf(line)));
  } catch (error) {
    if (error instanceof BadField) return error;
    throw error;
  }
}

async function openJson(
  path: string,
  candidates: readonly Layout[],
  first: readonly Line[],
  rest: AsyncIterable<readonly Line[]>,
  top: Line,
): Promise<LineReader | Records | null> {
  const known = candidates.filter((layout): layout is JsonLayout => layout.kind === 'json');
  const value = parsedJson(textOf(top));
  if (value !== undefined) {
    const layout = known.find((candidate) => candidate.fits(value));
    if (layout === undefined) return null;
    return { layout, read: (line, into) => jsonRecords(line, layout, into) };
  }
  return documentRecords(path, known, first, rest);
}

async function* recordBatches(
  first: readonly Line[],
  rest: AsyncIterable<readonly Line[]>,
  read: (line: Line, into: FileRecord[]) => void,
): AsyncGenerator<readonly FileRecord[], void> {
  const all = (lines: readonly Line[]): FileRecord[] => {
    const records: FileRecord[] = [];
    for (const line of lines) read(line, records);
    return records;
  };
  yield all(first);
  for await (const lines of rest) yield all(lines);
}

/** Lines up to the second that is not empty: a header, and a row to tell its layout by. */
async function beginning(lines: AsyncGenerator<Line[], void>): Promise<readonly Line[]> {
  const first: Line[] = [];
  let filled = 0;
  while (filled < 2) {
    const batch = await lines.next();
    if (batch.done === true) break;
    first.push(...batch.value);
    filled += batch.value.filter((line) => textOf(line) !== '').length;
  }
  return first;
}

/** @returns what is wrong with a line that is too long. */
export function tooLong(line: Line, maxLineBytes: number): BadField | null {
  if (line.length <= maxLineBytes) return null;
  return new BadField('line', `${line.length} bytes`, `at most ${maxLineBytes} bytes`);
}

export function textOf(line: Line): string {
  return line.bytes.toString('utf8').trim();
}
