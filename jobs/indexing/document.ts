import { createHash } from 'node:crypto';
import type { PresentSource } from './columns.ts';

/** A row as read for the index: the source's columns, beside it a hash of them, 60 bits as decimal text. */
export type IndexedRow = Readonly<Record<string, unknown>> & { readonly row_hash: string };

/** A document as it is sent. */
export interface IndexDocument {
  readonly id: string;
  readonly hash: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Longest id that Elasticsearch takes, in bytes. */
const LONGEST_ID = 512;

/** The document of a row. Its id comes from the key alone, so sending a row twice makes one document. */
export function documentOf(source: PresentSource, row: IndexedRow): IndexDocument {
  const id = source.key.map((column) => encodeURIComponent(String(row[column]))).join('|');
  return {
    id: id.length <= LONGEST_ID ? id : createHash('sha256').update(id).digest('hex'),
    hash: row.row_hash,
    body: { ...row, '@timestamp': row[source.time] },
  };
}

/** Gives a row its hash, where the database makes none. */
export function hashOfRow(row: Readonly<Record<string, unknown>>): IndexedRow {
  const sum = createHash('md5')
    .update(JSON.stringify(Object.entries(row)))
    .digest('hex');
  return { ...row, row_hash: String(BigInt(`0x${sum.slice(0, 15)}`)) };
}
