import { type RawBuilder, sql } from 'kysely';
import { Rows } from '../caching.ts';
import type { Column } from '../catalog.ts';
import { chooseColumns, type Row, rowToJson } from '../columns.ts';
import type { Context } from '../context.ts';
import { type CursorScope, readCursor, writeCursor } from '../cursor.ts';
import { toJson } from '../database.ts';
import { checkAsOf } from '../watermarks.ts';
import type { KeyColumn, Listing, ListingQuery } from './listing.ts';

/** Rows that were written this long ago are in the database, or were refused. */
const WRITTEN_AFTER_MS = 3_600_000;

/** Reads a page of a listing. */
export async function readRows(
  listing: Listing,
  symbol: string | undefined,
  query: ListingQuery,
  context: Context,
): Promise<Rows> {
  checkAsOf(query.as_of, context.clock);
  const [view, key] = [listing.view(query), listing.key(query)];
  const [columns, market] = await Promise.all([
    context.catalog.columns(view),
    symbol === undefined ? null : context.markets.find(symbol, query.exchange),
  ]);
  const chosen = chooseColumns(columns, query.fields, view);
  const where = conditions(listing, query, market);
  const scope = scopeOf(listing, query, market);
  if (query.cursor !== undefined) {
    const kinds = key.map(({ kind }) => kind);
    where.push(behind(key, readCursor(query.cursor, kinds, scope), query.order));
  }
  const { rows } =
    await sql<Row>`select ${selection(listing, query, chosen, key)} from ${sql.table(view)} ${joinedThen(listing, query)}
    ${where.length === 0 ? sql`` : sql`where ${sql.join(where, sql` and `)}`}
    order by ${sql.join(key.map(({ name }) => sql`${sql.ref(name)} ${sql.raw(query.order)}`))}
    limit ${sql.lit(query.limit + 1)}`.execute(context.db);
  const last = rows.length > query.limit ? rows[query.limit - 1] : undefined;
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  const page = {
    data: rows.slice(0, query.limit).map((row) => rowToJson(row, chosen, listing.json)),
    next_cursor:
      last === undefined
        ? null
        : writeCursor(
            key.map(({ name }) => toJson(last[`key_${name}`], types.get(name) ?? 0)),
            scope,
          ),
  };
  const names = chosen.map(({ name }) => name);
  return new Rows(page, names, isFinal(listing, query, context) ? 'final' : 'revalidate');
}

type MarketOfPath = Awaited<ReturnType<Context['markets']['find']>> | null;

function conditions(listing: Listing, query: ListingQuery, market: MarketOfPath): RawBuilder<boolean>[] {
  const where: RawBuilder<boolean>[] = [];
  const is = (column: string, value: unknown): void => {
    if (value !== undefined) where.push(sql<boolean>`${columnThen(listing, query, column)} = ${value}`);
  };
  if (market !== null) {
    is('exchange', market.exchange);
    is('symbol', market.symbol);
  }
  for (const [parameter, { column }] of Object.entries(listing.filters)) is(column, query[parameter]);
  if (listing.time !== null) {
    const time = sql.ref(listing.key(query)[0]?.name ?? '');
    if (query.from !== undefined) where.push(sql<boolean>`${time} >= ${query.from}`);
    if (query.to !== undefined) where.push(sql<boolean>`${time} < ${query.to}`);
  }
  if (listing.asOf !== undefined && query.as_of !== undefined) where.push(listing.asOf.known(query.as_of));
  return where;
}

/**
 * The rows behind one, in the order of the key. The first comparison alone lets an index be used; the rest is the
 * comparison of rows, written out because not every engine compares rows by an index.
 */
function behind(
  key: readonly KeyColumn[],
  values: readonly (string | number)[],
  order: 'asc' | 'desc',
): RawBuilder<boolean> {
  const beyond = sql.raw(order === 'asc' ? '>' : '<');
  const from = (index: number): RawBuilder<boolean> => {
    const column = sql.ref(key[index]?.name ?? '');
    const here = sql<boolean>`${column} ${beyond} ${values[index]}`;
    if (index === key.length - 1) return here;
    return sql<boolean>`(${here} or (${column} = ${values[index]} and ${from(index + 1)}))`;
  };
  return sql<boolean>`${sql.ref(key[0]?.name ?? '')} ${beyond}= ${values[0]} and ${from(0)}`;
}

function selection(
  listing: Listing,
  query: ListingQuery,
  chosen: readonly Column[],
  key: readonly KeyColumn[],
): RawBuilder<unknown> {
  const wanted = chosen.map(({ name }) => sql`${columnThen(listing, query, name)} as ${sql.ref(name)}`);
  return sql.join([...wanted, ...key.map(({ name }) => sql`${sql.ref(name)} as ${sql.ref(`key_${name}`)}`)]);
}

/** A column, as it was at the time that is asked for. */
function columnThen({ asOf }: Listing, { as_of }: ListingQuery, column: string): RawBuilder<unknown> {
  const then = as_of === undefined ? undefined : asOf?.replaced?.[column]?.(as_of);
  return then ?? sql`${sql.ref(column)}`;
}

function joinedThen({ asOf }: Listing, { as_of }: ListingQuery): RawBuilder<unknown> {
  return (as_of === undefined ? undefined : asOf?.joined?.(as_of)) ?? sql``;
}

function scopeOf(listing: Listing, query: ListingQuery, market: MarketOfPath): CursorScope {
  const { limit: _, cursor: __, fields: ___, ...rest } = query;
  const asked = Object.entries(rest).map(([name, value]) => [
    name,
    value === undefined ? undefined : String(value),
  ]);
  return {
    path: listing.path,
    ...Object.fromEntries(asked),
    ...(market === null ? {} : { symbol: market.symbol, exchange: market.exchange }),
  };
}

function isFinal({ asOf }: Listing, { as_of }: ListingQuery, { clock }: Context): boolean {
  return asOf?.final === true && as_of !== undefined && Date.parse(as_of) <= clock.now() - WRITTEN_AFTER_MS;
}
