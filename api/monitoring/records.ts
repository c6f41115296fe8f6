import { z } from 'zod';
import { rowSchema } from '../catalog.ts';
import { chooseColumns, type Row } from '../columns.ts';
import type { Context } from '../context.ts';
import { type CursorScope, readCursor, writeCursor } from '../cursor.ts';
import { type Route, route } from '../route.ts';
import { answeredBy, STORE_HEADER } from './answered.ts';
import type { ChosenStore } from './choose.ts';
import { type KindName, kindOf } from './kind.ts';
import { recordsOf, recordsQuery } from './schemas.ts';
import type { Selection } from './store.ts';
import { TablesStore } from './tablesStore.ts';

/** What the records of any kind may be asked for, beside filters. */
interface RecordsQuery extends Readonly<Record<string, unknown>> {
  readonly from?: string;
  readonly to?: string;
  readonly order: 'asc' | 'desc';
  readonly limit: number;
  readonly cursor?: string;
  readonly fields?: string;
}

/** The route of a kind's records. */
export function recordsRoute(kind: KindName, chosen: ChosenStore): Route {
  const { view, summary } = kindOf(kind);
  return route({
    path: `/v1/monitoring/${kind}`,
    id: `searchMonitoring${kind.replace(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase())}`,
    summary,
    description: `From the monitoring index where there is one, else from the table ${view}; \`store\` says which. A cursor serves both.`,
    params: z.strictObject({}),
    query: recordsQuery(kind),
    answer: async ({ catalog }) => recordsOf(rowSchema(await catalog.columns(view)).partial()),
    headers: STORE_HEADER,
    problems: ['bad_parameter', 'unknown_parameter', 'unknown_column', 'bad_cursor'],
    // The schema is put together at run time, so the compiler can't follow what it gives.
    handle: (_params, query, context) => readRecords(kind, query as RecordsQuery, chosen, context),
  });
}

async function readRecords(kind: KindName, query: RecordsQuery, chosen: ChosenStore, context: Context) {
  const { view, key } = kindOf(kind);
  const columns = chooseColumns(await context.catalog.columns(view), query.fields, view);
  const selection = selectionOf(kind, query);
  const scope = scopeOf(kind, query);
  const kinds = key.map((column) => column.kind);
  const after = query.cursor === undefined ? undefined : readCursor(query.cursor, kinds, scope);
  const tables = new TablesStore(context.db, context.catalog);
  const search = { ...selection, order: query.order, limit: query.limit + 1, after };
  const { store, value: rows } = await chosen.ask(tables, selection, context.logger, (from) =>
    from.search(search),
  );
  const last = rows.length > query.limit ? rows[query.limit - 1] : undefined;
  return answeredBy(store, {
    data: rows.slice(0, query.limit).map((row) => only(row, columns)),
    next_cursor:
      last === undefined
        ? null
        : writeCursor(
            key.map(({ name }) => last[name]),
            scope,
          ),
  });
}

/** What a request selects, by the parameters of its kind. */
export function selectionOf(kind: KindName, query: Readonly<Record<string, unknown>>): Selection {
  const equal = Object.entries(kindOf(kind).filters).flatMap(([parameter, { column }]) => {
    const value = query[parameter];
    return value === undefined ? [] : [[column, value as string | number | boolean]];
  });
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return { kind, from: text(query.from), to: text(query.to), equal: Object.fromEntries(equal) };
}

function only(row: Row, columns: readonly { readonly name: string }[]): Row {
  return Object.fromEntries(columns.map(({ name }) => [name, row[name] ?? null]));
}

function scopeOf(kind: KindName, query: RecordsQuery): CursorScope {
  const { limit: _, cursor: __, fields: ___, ...rest } = query;
  const asked = Object.entries(rest).map(([name, value]) => [
    name,
    value === undefined ? undefined : String(value),
  ]);
  return { kind, ...Object.fromEntries(asked) };
}
