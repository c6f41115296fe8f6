import { z } from 'zod';
import {
  asOfParameter,
  cursorParameter,
  exchangeParameter,
  fieldsParameter,
  limitParameter,
  moment,
  orderParameter,
  symbolParameter,
} from './common.ts';

/** The path of a series. */
export const seriesParams = z.strictObject({ symbol: symbolParameter });

/** The query of a series that exists in one timeframe only. */
export const seriesQuery = z.strictObject({
  exchange: exchangeParameter.optional(),
  from: moment.optional().describe('First window start, inclusive: ISO 8601 with zone, or a day'),
  to: moment.optional().describe('Window start to stop before: ISO 8601 with zone, or a day'),
  as_of: asOfParameter.describe(
    'Only windows that were closed at this time of the market. Corrections that came later are in them',
  ),
  order: orderParameter.describe('By window start: desc begins with the newest'),
  limit: limitParameter,
  cursor: cursorParameter,
  fields: fieldsParameter,
});

/** The query of a series that exists in several timeframes. */
export const timeframedQuery = z.strictObject({
  timeframe: z
    .string()
    .regex(/^[1-9]\d{0,2}[smhdw]$/, { error: 'expected a number and a unit, as 1m, 5m, 1h or 1d' })
    .default('1m')
    .describe('Length of the windows, as 1m, 5m, 1h or 1d'),
  ...seriesQuery.shape,
});

/** What a series is asked for. */
export type SeriesQuery = z.output<typeof seriesQuery> & { readonly timeframe?: string };

/** A page of rows. */
export function pageOf(row: z.ZodType): z.ZodType {
  return z.object({
    data: z.array(row),
    next_cursor: z.string().nullable().describe('Give it as cursor for the next page; null on the last one'),
  });
}
