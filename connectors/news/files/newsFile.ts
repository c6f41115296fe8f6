import { basename } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { BadField, UnknownLayout } from '../../errors.ts';
import { lineBatches } from '../../files/lines.ts';
import { openBytes } from '../../files/source.ts';
import { isoOf, microsOf } from '../../instant.ts';
import type { NewsStory } from '../../landing.ts';
import { storyOf } from '../story.ts';
import { columnsOf, mappedColumns, NEWS_FIELDS, type NewsColumns, type NewsField } from './newsColumns.ts';

export interface NewsFileOptions {
  /** NDJSON with the fields of the table `news`, or CSV with a header; gzipped or not. */
  readonly path: string;
  /** Columns of a CSV under other names than the usual, as `title=headline,published_at=ts`. */
  readonly map?: string;
  /** For rows that do not name a publisher. Without it, the file's name. */
  readonly source?: string;
}

/** One row of a news file: a story, or why it is none. */
export interface NewsRow {
  /** The line of a NDJSON file, the row of a CSV, from 1. */
  readonly row: number;
  readonly read: NewsStory | { readonly reason: string; readonly raw: Uint8Array };
}

type Fields = Readonly<Partial<Record<NewsField, string>>>;

const MAX_ROW_BYTES = 1024 * 1024;
/** An id that Tickwave made. */
const OWN_ID = /^[0-9a-f]{32}$/;

/**
 * The rows of a file of news.
 * @param receivedAt ISO 8601 in UTC; for rows that do not say when they were first seen.
 * @throws UnreadableFile, UnknownLayout, BadOption
 */
export async function* newsRows(options: NewsFileOptions, receivedAt: string): AsyncGenerator<NewsRow, void> {
  const bytes = peekable(await openBytes(options.path));
  const first = await bytes.peek();
  const json = first
    .toString('utf8', 0, 100)
    .replace(/^\ufeff/, '')
    .trimStart()
    .startsWith('{');
  const source = options.source ?? basename(options.path).replace(/\.(gz|csv|ndjson|jsonl)/g, '');
  const rows = json ? jsonRows(bytes) : csvRows(bytes, options);
  for await (const { row, raw, fields } of rows) {
    yield { row, read: storyRow(fields, raw, source, receivedAt) };
  }
}

interface RawRow {
  readonly row: number;
  readonly raw: Buffer;
  readonly fields: Fields | BadField;
}

async function* jsonRows(bytes: AsyncIterable<Buffer>): AsyncGenerator<RawRow, void> {
  for await (const lines of lineBatches(bytes, MAX_ROW_BYTES)) {
    for (const { number, bytes: raw } of lines) {
      if (raw.length > 0) yield { row: number, raw, fields: jsonFields(raw) };
    }
  }
}

function jsonFields(raw: Buffer): Fields | BadField {
  try {
    const value = JSON.parse(raw.toString('utf8')) as Record<string, unknown> | null;
    const pairs = NEWS_FIELDS.map((field) => [field, value?.[field]] as const);
    const wrong = pairs.find(([, one]) => one !== undefined && one !== null && typeof one !== 'string');
    if (wrong !== undefined) return new BadField(wrong[0], wrong[1], 'a text');
    return Object.fromEntries(pairs.filter(([, one]) => typeof one === 'string'));
  } catch {
    return new BadField('line', raw.toString('utf8', 0, 200), 'one JSON object');
  }
}

async function* csvRows(
  bytes: AsyncIterable<Buffer>,
  options: NewsFileOptions,
): AsyncGenerator<RawRow, void> {
  const parser = parse({
    bom: true,
    raw: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_BYTES,
  });
  // Errors of either stream come out of the reading end.
  pipeline(Readable.from(bytes), parser, () => undefined);
  let columns: NewsColumns | null = null;
  let row = 0;
  try {
    for await (const { record, raw } of parser as AsyncIterable<{ record: string[]; raw: string }>) {
      if (columns === null) columns = opened(record, options);
      else yield { row: ++row, raw: Buffer.from(raw), fields: csvFieldsOf(record, columns) };
    }
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && String(cause.code).startsWith('CSV_'))) throw cause;
    throw new UnknownLayout(
      `${options.path} cannot be read as CSV after row ${row}: ${cause.message}.`,
      'Repair it, or bring it to NDJSON.',
      { cause },
    );
  }
  if (columns === null) throw new UnknownLayout(`${options.path} is empty.`, 'Give a file with rows.');
}

function opened(header: readonly string[], { path, map }: NewsFileOptions): NewsColumns {
  const columns = map === undefined ? columnsOf(header) : mappedColumns(map, header);
  if (columns !== null) return columns;
  throw new UnknownLayout(
    `${path} has no column of titles that Tickwave knows; its header is ${JSON.stringify(header.join(',').slice(0, 120))}.`,
    'Name its columns with --map title=…,published_at=…,url=…,summary=…,source=….',
  );
}

function csvFieldsOf(record: readonly string[], columns: NewsColumns): Fields {
  return Object.fromEntries([...columns].map(([field, column]) => [field, record[column] ?? '']));
}

function storyRow(
  fields: Fields | BadField,
  raw: Buffer,
  source: string,
  receivedAt: string,
): NewsRow['read'] {
  try {
    if (fields instanceof BadField) throw fields;
    const { id, title, summary, url, published_at: publishedAt } = fields;
    const firstSeen = receivedOf(fields.received_at, receivedAt);
    // A path alone, as some lists have it, is no address; but it names the story.
    const guid = id || url;
    const story = storyOf(
      { source: fields.source || source, title, summary, url, guid, publishedAt },
      firstSeen,
    );
    return id !== undefined && OWN_ID.test(id) ? { ...story, id } : story;
  } catch (error) {
    if (!(error instanceof BadField)) throw error;
    return { reason: error.message, raw };
  }
}

/** When the story was first seen, as an export of `news` says it; nothing was seen before it is imported otherwise. */
function receivedOf(text: string | undefined, now: string): string {
  if (text === undefined || text === '') return now;
  const micros = microsOf(text, 'received_at');
  if (micros > microsOf(now)) throw new BadField('received_at', text, 'a time that is past');
  return isoOf(micros);
}

interface Peekable extends AsyncIterable<Buffer> {
  peek(): Promise<Buffer>;
}

/** The same bytes again, after a look at the first of them. */
function peekable(bytes: AsyncIterable<Buffer>): Peekable {
  const iterator = bytes[Symbol.asyncIterator]();
  let first: Buffer | null = null;
  return {
    peek: async () => {
      const { value, done } = await iterator.next();
      first = done ? null : value;
      return first ?? Buffer.alloc(0);
    },
    async *[Symbol.asyncIterator]() {
      if (first !== null) yield first;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    },
  };
}
