import { rowSchema } from '../catalog.ts';
import { type Route, route } from '../route.ts';
import { pageOf, seriesParams, timeframedQuery } from '../schemas/series.ts';
import { readPage } from '../series.ts';

/** Indicators of a market. */
export const indicators: Route = route({
  path: '/v1/indicators/{symbol}',
  id: 'listIndicators',
  summary: 'Indicators of a market',
  description:
    'One row a window, with every indicator that the SQL defines. Numbers are double precision; null where the history does not reach far enough.',
  rows: true,
  params: seriesParams,
  query: timeframedQuery,
  answer: async ({ catalog }) => pageOf(rowSchema(await catalog.columns('indicators')).partial()),
  problems: [
    'bad_parameter',
    'unknown_parameter',
    'unknown_column',
    'exchange_required',
    'bad_cursor',
    'unknown_market',
  ],
  handle: ({ symbol }, query, context) => readPage('indicators', symbol, query, context),
});
