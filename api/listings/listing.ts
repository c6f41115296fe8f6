import type { RawBuilder } from 'kysely';
import { z } from 'zod';
import { rowSchema, type ServedView } from '../catalog.ts';
import type { CursorKind } from '../cursor.ts';
import type { ProblemCode } from '../problem.ts';
import { type Route, route } from '../route.ts';
import {
  asOfParameter,
  cursorParameter,
  exchangeParameter,
  fieldsParameter,
  limitParameter,
  moment,
  orderParameter,
  symbolParameter,
} from '../schemas/common.ts';
import { pageOf } from '../schemas/series.ts';
import { readRows } from './readRows.ts';

/** A column that rows are ordered by. */
export interface KeyColumn {
  readonly name: string;
  readonly kind: CursorKind;
}

/** A parameter that asks for rows with one value of a column. */
export interface Filter {
  readonly column: string;
  readonly schema: z.ZodType<string | number | boolean | undefined>;
}

/** How a listing answers as it was known at an earlier time. */
export interface AsOf {
  /** True for rows that were known then. */
  readonly known: (at: string) => RawBuilder<boolean>;
  /** What is joined to the view for it, with names of columns that the view has not. */
  readonly joined?: (at: string) => RawBuilder<unknown>;
  /** Columns that have changed since, as they were then. */
  readonly replaced?: Readonly<Record<string, (at: string) => RawBuilder<unknown>>>;
  /** Whether such an answer can never change: rows are written once, and at once. */
  readonly final: boolean;
}

/** A view that is served row by row: all rows, or those of one market. */
export interface Listing {
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly description: string;
  readonly view: (query: Readonly<Record<string, unknown>>) => ServedView;
  /** Views that it may be. */
  readonly views: readonly ServedView[];
  /** Columns that rows are ordered by; together they are unique. */
  readonly key: (query: Readonly<Record<string, unknown>>) => readonly KeyColumn[];
  /** What `from` and `to` are compared with, the first column of the key; null when they are not taken. */
  readonly time: string | null;
  /** Whether the path names a market. */
  readonly ofMarket: boolean;
  readonly filters: Readonly<Record<string, Filter>>;
  /** Parameters that choose the view. */
  readonly choices?: z.ZodRawShape;
  /** Columns that hold JSON as text. */
  readonly json?: readonly string[];
  readonly asOf?: AsOf;
}

/** Filters that many listings share. */
export const FILTERS = {
  exchange: { column: 'exchange', schema: exchangeParameter.optional().describe('Of this exchange only') },
  symbol: {
    column: 'symbol',
    schema: symbolParameter
      .transform((text) => text.toUpperCase().replace('-', '/'))
      .optional()
      .describe('Of this market only, as BTC-USD'),
  },
  model: { column: 'model', schema: name('model').describe('Of models with this name only') },
  version: {
    column: 'version',
    schema: whole(1, 2 ** 31 - 1)
      .optional()
      .describe('Of this version only'),
  },
  horizon: {
    column: 'horizon_minutes',
    schema: whole(1, 100_000).optional().describe('Of this horizon only, in minutes'),
  },
} as const satisfies Readonly<Record<string, Filter>>;

/** A whole number in an address. */
export function whole(least: number, most: number): z.ZodType<number> {
  const error = `expected a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,10}$/, { error })
    .transform(Number)
    .pipe(z.int().min(least, { error }).max(most, { error }))
    .meta({ type: 'integer', minimum: least, maximum: most, pattern: undefined });
}

/** A name in an address: of a model, a source, a state. */
export function name(what: string): z.ZodType<string | undefined> {
  return z
    .string()
    .regex(/^[\w.:/ -]{1,128}$/, {
      error: `expected the name of a ${what}: letters, digits, spaces and . : / _ -`,
    })
    .optional();
}

const PROBLEMS: readonly ProblemCode[] = [
  'bad_parameter',
  'unknown_parameter',
  'unknown_column',
  'bad_cursor',
];

/** The route that serves a listing. */
export function listing(definition: Listing): Route {
  const { path, id, summary, description, views, ofMarket, json } = definition;
  const params = ofMarket ? z.strictObject({ symbol: symbolParameter }) : z.strictObject({});
  return route({
    path,
    id,
    summary,
    description,
    rows: true,
    params: params as z.ZodObject,
    query: queryOf(definition),
    answer: async ({ catalog }) => {
      const rows = await Promise.all(
        views.map(async (view) => rowSchema(await catalog.columns(view), json).partial()),
      );
      return pageOf(rows.length === 1 && rows[0] !== undefined ? rows[0] : z.union(rows));
    },
    problems: ofMarket ? [...PROBLEMS, 'exchange_required', 'unknown_market'] : PROBLEMS,
    // The schemas are put together at run time, so the compiler can't follow what they give.
    handle: (given, query, context) =>
      readRows(definition, (given as { readonly symbol?: string }).symbol, query as ListingQuery, context),
  });
}

/** What any listing may be asked for. */
export interface ListingQuery extends Readonly<Record<string, unknown>> {
  readonly exchange?: string;
  readonly from?: string;
  readonly to?: string;
  readonly as_of?: string;
  readonly order: 'asc' | 'desc';
  readonly limit: number;
  readonly cursor?: string;
  readonly fields?: string;
}

function queryOf({ time, ofMarket, filters, choices, asOf }: Listing): z.ZodObject {
  return z.strictObject({
    ...choices,
    ...(ofMarket ? { exchange: exchangeParameter.optional() } : {}),
    ...Object.fromEntries(Object.entries(filters).map(([parameter, { schema }]) => [parameter, schema])),
    ...(time === null
      ? {}
      : {
          from: moment.optional().describe(`First ${time}, inclusive: ISO 8601 with zone, or a day`),
          to: moment.optional().describe(`${time} to stop before: ISO 8601 with zone, or a day`),
        }),
    ...(asOf === undefined ? {} : { as_of: asOfParameter }),
    order: orderParameter.describe(time === null ? 'By name' : `By ${time}: desc begins with the newest`),
    limit: limitParameter,
    cursor: cursorParameter,
    fields: fieldsParameter,
  });
}
