import { rowSchema } from '../catalog.ts';
import { type Route, route } from '../route.ts';
import { pageOf, seriesParams, seriesQuery } from '../schemas/series.ts';
import { readPage } from '../series.ts';

/** Features of a market. */
export const features: Route = route({
  path: '/v1/features/{symbol}',
  id: 'listFeatures',
  summary: 'Features of a market',
  description:
    'What models see: one row a minute, with higher timeframes and news as they were known when the minute closed. Rows with complete = false are not used by any model.',
  rows: true,
  params: seriesParams,
  query: seriesQuery,
  answer: async ({ catalog }) => pageOf(rowSchema(await catalog.columns('features')).partial()),
  problems: [
    'bad_parameter',
    'unknown_parameter',
    'unknown_column',
    'exchange_required',
    'bad_cursor',
    'unknown_market',
  ],
  handle: ({ symbol }, query, context) => readPage('features', symbol, query, context),
});
