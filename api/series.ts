import { sql } from 'kysely';
import type { Column, ServedView } from './catalog.ts';
import type { Context } from './context.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { toJson } from './database.ts';
import type { Market } from './markets.ts';
import { Problem } from './problem.ts';
import type { SeriesQuery } from './schemas/series.ts';

type SeriesView = Exclude<ServedView, 'markets' | 'trend'>;

/** A page of a series. */
export interface Page {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly next_cursor: string | null;
}

/** Reads a page of a view that has one row per market, window and, where it has them, timeframe. */
export async function readPage(
  view: SeriesView,
  symbol: string,
  query: SeriesQuery,
  context: Context,
): Promise<Page> {
  const [market, columns] = await Promise.all([
    context.markets.find(symbol, query.exchange),
    context.catalog.columns(view),
  ]);
  const chosen = chooseColumns(columns, query.columns, view);
  const { exchange } = market;
  const scope = {
    view,
    symbol: market.symbol,
    exchange,
    timeframe: query.timeframe,
    order: query.order,
    from: query.from,
    to: query.to,
  };
  const after = query.cursor === undefined ? undefined : readCursor(query.cursor, scope);
  const rows = await fetchRows(view, market, query, after, chosen, context);
  if (rows.length === 0 && after === undefined) await checkTimeframe(query.timeframe, context);
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    data: page.map((row) =>
      Object.fromEntries(chosen.map(({ name, type }) => [name, toJson(row[name], type)])),
    ),
    next_cursor:
      last && rows.length > query.limit ? writeCursor(String(toJson(last.window_start, 0)), scope) : null,
  };
}

function chooseColumns(
  columns: readonly Column[],
  wanted: string | undefined,
  view: string,
): readonly Column[] {
  if (wanted === undefined) return columns;
  const byName = new Map(columns.map((column) => [column.name, column]));
  return [...new Set(wanted.split(','))].map((name) => {
    const column = byName.get(name);
    if (column) return column;
    const allowed = [...byName.keys()];
    throw new Problem('unknown_column', {
      detail: `${view} has no column '${name}'. It has ${allowed.join(', ')}`,
      field: 'columns',
      more: { allowed },
    });
  });
}

type Row = Readonly<Record<string, unknown>> & { readonly window_start: Date | string };

async function fetchRows(
  view: SeriesView,
  market: Market,
  query: SeriesQuery,
  after: string | undefined,
  columns: readonly Column[],
  { db }: Context,
): Promise<readonly Row[]> {
  const names = new Set(['window_start', ...columns.map((column) => column.name)]);
  // The columns are known to the database only; their names were checked against it.
  let rows = db
    .selectFrom(view)
    .select([...names].map((name) => sql.ref(name).as(name)))
    .where('exchange', '=', market.exchange)
    .where('symbol', '=', market.symbol)
    .orderBy('window_start', query.order)
    .limit(query.limit + 1);
  if (query.timeframe !== undefined) rows = rows.where(sql.ref('timeframe'), '=', query.timeframe);
  if (query.from !== undefined) rows = rows.where('window_start', '>=', query.from);
  if (query.to !== undefined) rows = rows.where('window_start', '<', query.to);
  if (after !== undefined) rows = rows.where('window_start', query.order === 'asc' ? '>' : '<', after);
  return (await rows.execute()) as unknown as readonly Row[];
}

/** An empty page is right for a quiet range, and misleading for a timeframe that nobody computes. */
async function checkTimeframe(timeframe: string | undefined, { catalog }: Context): Promise<void> {
  if (timeframe === undefined) return;
  const allowed = await catalog.timeframes();
  if (allowed.length === 0 || allowed.includes(timeframe)) return;
  throw new Problem('bad_parameter', {
    detail: `There are no windows of ${timeframe}. There are windows of ${allowed.join(', ')}`,
    field: 'timeframe',
    more: { allowed },
  });
}
