import { rowSchema } from '../catalog.ts';
import { type Route, route } from '../route.ts';
import { pageOf, seriesParams, timeframedQuery } from '../schemas/series.ts';
import { readPage } from '../series.ts';

/** Candles of a market. */
export const candles: Route = route({
  path: '/v1/candles/{symbol}',
  id: 'listCandles',
  summary: 'Candles of a market',
  description:
    'The open window comes first by default; it changes until its time has passed. Prices and volumes are exact decimals, as text.',
  rows: true,
  params: seriesParams,
  query: timeframedQuery,
  answer: async ({ catalog }) => pageOf(rowSchema(await catalog.columns('candles')).partial()),
  problems: [
    'bad_parameter',
    'unknown_parameter',
    'unknown_column',
    'exchange_required',
    'bad_cursor',
    'unknown_market',
  ],
  handle: ({ symbol }, query, context) => readPage('candles', symbol, query, context),
});
