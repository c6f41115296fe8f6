import { sql } from 'kysely';
import { type CacheRule, Rows } from './caching.ts';
import type { Column } from './catalog.ts';
import { chooseColumns, type Page, type Row, rowToJson } from './columns.ts';
import type { Context } from './context.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { toJson } from './database.ts';
import type { Market } from './markets.ts';
import { Problem } from './problem.ts';
import type { SeriesQuery } from './schemas/series.ts';
import { checkAsOf } from './watermarks.ts';

type SeriesView = 'candles' | 'indicators' | 'features';

const DAY_MS = 86_400_000;
/** Windows this much older than the newest event are changed by a repair at most. */
const SETTLED_AFTER_MS = 2 * DAY_MS;
/** How long such an answer is given again; its clients may keep it for much longer. */
const SETTLED_KEPT_MS = 10_000;

/** Reads a page of a view that has one row per market, window and, where it has them, timeframe. */
export async function readPage(
  view: SeriesView,
  symbol: string,
  query: SeriesQuery,
  context: Context,
): Promise<Rows> {
  checkAsOf(query.as_of, context.clock);
  const [market, columns] = await Promise.all([
    context.markets.find(symbol, query.exchange),
    context.catalog.columns(view),
  ]);
  const chosen = chooseColumns(columns, query.fields, view);
  const { exchange } = market;
  const scope = {
    view,
    symbol: market.symbol,
    exchange,
    timeframe: query.timeframe,
    order: query.order,
    from: query.from,
    to: query.to,
    as_of: query.as_of,
  };
  const [after] = query.cursor === undefined ? [] : readCursor(query.cursor, ['time'], scope);
  const before = await endOf(market, query, context);
  const rows = await fetchRows(view, market, { ...query, ...before }, after, chosen, context);
  if (rows.length === 0 && after === undefined) await checkTimeframe(query.timeframe, context);
  const last = rows.length > query.limit ? rows[query.limit - 1] : undefined;
  const page: Page = {
    data: rows.slice(0, query.limit).map((row) => rowToJson(row, chosen)),
    next_cursor: last === undefined ? null : writeCursor([toJson(last.window_start, 0)], scope),
  };
  // Nothing can appear in the page from this time on.
  const end = query.order === 'asc' ? (last?.window_start ?? before.to) : (after ?? before.to);
  const rule = rows.length === 0 ? 'revalidate' : await ruleOf(market, end, context);
  return new Rows(
    page,
    chosen.map(({ name }) => name),
    rule,
    rule === 'settled' ? context.clock.now() + SETTLED_KEPT_MS : null,
  );
}

/** The window start to stop before: as asked, or earlier by `as_of`. */
async function endOf(
  market: Market,
  { to, as_of, timeframe }: SeriesQuery,
  { watermarks }: Context,
): Promise<{ readonly to: string | undefined }> {
  if (as_of === undefined) return { to };
  const mark = await watermarks.of(market);
  const closed = Math.min(Date.parse(as_of) - (mark?.lateness ?? 0), mark?.closedBefore ?? 0);
  // A window that ends at this time is closed, so its start is the last one to be served.
  const until = new Date(closed - durationOf(timeframe ?? '1m') + 1).toISOString();
  return { to: to === undefined || until < to ? until : to };
}

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: DAY_MS,
  w: 7 * DAY_MS,
};

function durationOf(timeframe: string): number {
  return Number.parseInt(timeframe, 10) * (UNITS[timeframe.at(-1) ?? ''] ?? 0);
}

async function ruleOf(market: Market, end: unknown, { watermarks }: Context): Promise<CacheRule> {
  if (end === undefined) return 'revalidate';
  const mark = await watermarks.of(market);
  const settled = mark !== null && Date.parse(String(end)) < mark.closedBefore - SETTLED_AFTER_MS;
  return settled ? 'settled' : 'revalidate';
}

async function fetchRows(
  view: SeriesView,
  market: Market,
  query: SeriesQuery,
  after: unknown,
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
    .limit(sql.lit(query.limit + 1));
  if (query.timeframe !== undefined) rows = rows.where(sql.ref('timeframe'), '=', query.timeframe);
  if (query.from !== undefined) rows = rows.where('window_start', '>=', query.from);
  if (query.to !== undefined) rows = rows.where('window_start', '<', query.to);
  if (after !== undefined)
    rows = rows.where('window_start', query.order === 'asc' ? '>' : '<', String(after));
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
