import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { Rows } from './caching.ts';
import type { Row } from './columns.ts';
import type { Context } from './context.ts';
import { requestId } from './failures.ts';
import { Problem } from './problem.ts';
import type { Asked, Route } from './route.ts';

/** How rows can be sent, one a line. */
export type RowFormat = 'csv' | 'ndjson';

/** Rows that one request may be sent, of which a page at a time is in memory. */
export const MOST_ROWS = 100_000;
const PAGE_ROWS = 1_000;
const STANDARD_ROWS = 500;

const TYPES: Readonly<Record<RowFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
};

/** A request that is answered line by line. */
export interface RowRequest {
  readonly route: Route;
  readonly asked: Asked<unknown, unknown, unknown>;
  readonly format: RowFormat;
  readonly request: Request;
  readonly response: Response;
  readonly context: Context;
}

/**
 * Sends rows line by line, page after page as fast as the client reads. A fault after the first page ends the connection,
 * so that what is cut short does not look complete. Where it goes on is told in the trailer `x-next-cursor`.
 */
export async function sendRows(asking: RowRequest): Promise<void> {
  const { format, request, response, context } = asking;
  const pages = pagesOf(asking);
  const first = await pages.next();
  if (first.done) return;
  response.set({ 'content-type': TYPES[format], 'cache-control': 'no-store' });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  // HTTP/1.0 has no trailers, and Node refuses to announce one there.
  if (request.httpVersion !== '1.0') response.set('trailer', 'x-next-cursor');
  try {
    await pipeline(Readable.from(linesOf(first.value, pages, format, response)), response);
  } catch (error) {
    context.logger.warn({ request_id: requestId(response), cause: String(error) }, 'rows were cut short');
  }
}

async function* pagesOf({ route, asked, context }: RowRequest): AsyncGenerator<Rows, void> {
  const query = asked.query as Readonly<Record<string, unknown>>;
  const paged = 'limit' in route.query.shape;
  let left = paged ? rowsWanted(query.limit) : 0;
  let cursor: unknown;
  do {
    const limit = String(Math.min(left, PAGE_ROWS));
    const more = { ...query, ...(paged ? { limit } : {}), ...(cursor === undefined ? {} : { cursor }) };
    const rows = await route.handle({ ...asked, query: more }, context);
    if (!(rows instanceof Rows)) throw new Error(`${route.path} does not answer rows`);
    yield rows;
    left -= rows.page.data.length;
    cursor = rows.page.next_cursor;
  } while (left > 0 && cursor !== null);
}

function rowsWanted(limit: unknown): number {
  if (limit === undefined) return STANDARD_ROWS;
  const wanted = typeof limit === 'string' && /^\d{1,6}$/.test(limit) ? Number(limit) : 0;
  if (wanted >= 1 && wanted <= MOST_ROWS) return wanted;
  throw new Problem('bad_parameter', {
    detail: `limit is '${String(limit).slice(0, 80)}': expected a whole number from 1 to ${MOST_ROWS} for CSV and NDJSON`,
    field: 'limit',
  });
}

async function* linesOf(
  first: Rows,
  rest: AsyncGenerator<Rows, void>,
  format: RowFormat,
  response: Response,
): AsyncGenerator<string, void> {
  if (format === 'csv') yield csvLine(first.columns);
  yield pageText(first, format);
  let last = first;
  for await (const rows of rest) {
    yield pageText(rows, format);
    last = rows;
  }
  response.addTrailers({ 'x-next-cursor': last.page.next_cursor ?? '' });
}

function pageText({ page, columns }: Rows, format: RowFormat): string {
  const line =
    format === 'csv'
      ? (row: Row) => csvLine(columns.map((name) => row[name]))
      : (row: Row) => `${JSON.stringify(row)}\n`;
  return page.data.map(line).join('');
}

function csvLine(values: readonly unknown[]): string {
  return `${values.map(csvValue).join(',')}\r\n`;
}

/** By RFC 4180; null is empty. */
function csvValue(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  // A spreadsheet takes these for formulas, and headlines come from strangers.
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) && !isNumber(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function isNumber(text: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(text);
}
