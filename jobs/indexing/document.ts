import { createHash } from 'node:crypto';
import type { PresentSource } from './columns.ts';

/** A row as read for the index: the source's columns, beside it the hash that the database made of it. */
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
