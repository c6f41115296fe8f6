import { z } from 'zod';
import { Rows } from '../caching.ts';
import { FILTERS } from '../listings/listing.ts';
import { type LatestPrediction, LatestPredictions, predictionSchema } from '../predictions/latest.ts';
import { type Route, route } from '../route.ts';
import { asOfParameter, exchangeParameter, symbolParameter } from '../schemas/common.ts';
import { pageOf } from '../schemas/series.ts';
import { checkAsOf } from '../watermarks.ts';

const answer = async (): Promise<z.ZodType> => pageOf(predictionSchema);

/** What every champion predicts now. */
export const allPredictions = route({
  path: '/v1/predictions',
  id: 'getAllPredictions',
  summary: 'The newest prediction of every champion in every market',
  description: 'At most one row per market, horizon and model, and none older than two days.',
  rows: true,
  params: z.strictObject({}),
  query: z.strictObject({
    exchange: exchangeParameter.optional().describe('Of this exchange only'),
    horizon: FILTERS.horizon.schema,
  }),
  answer,
  reads: ['predictions'],
  problems: ['bad_parameter', 'unknown_parameter'],
  handle: async (_params, { exchange, horizon }, { latest }) => {
    const { byMarket, until } = await latest.current();
    const all = [...byMarket.values()].flat();
    return page(
      all.filter((one) => exchange === undefined || one.exchange === exchange),
      { horizon },
      until,
    );
  },
});

/** What the champions predict now of one market. */
export const predictions = route({
  path: '/v1/predictions/{symbol}',
  id: 'getPredictions',
  summary: 'The newest predictions of a market, in short',
  description:
    'One row per horizon and model in service as champion; empty when none was made in two days. With as_of, what the champions of that time had predicted by then.',
  rows: true,
  params: z.strictObject({ symbol: symbolParameter }),
  query: z.strictObject({
    exchange: exchangeParameter.optional(),
    horizon: FILTERS.horizon.schema,
    model: FILTERS.model.schema,
    as_of: asOfParameter,
  }),
  answer,
  reads: ['predictions'],
  problems: ['bad_parameter', 'unknown_parameter', 'exchange_required', 'unknown_market'],
  handle: async ({ symbol }, { exchange, horizon, model, as_of }, { markets, latest, clock }) => {
    checkAsOf(as_of, clock);
    const market = await markets.find(symbol, exchange);
    if (as_of !== undefined) return page(await latest.asOf(market, as_of), { horizon, model }, null);
    const current = await latest.current();
    return page(LatestPredictions.of(current, market), { horizon, model }, current.until);
  },
});

/** The same, for those who type it. */
export const shortPredictions: Route = {
  ...predictions,
  path: '/predictions/{symbol}',
  id: 'getPredictionsInShort',
  description: `A short form of ${predictions.path}, with the same parameters and answers.`,
};

function page(
  found: readonly LatestPrediction[],
  { horizon, model }: { readonly horizon: unknown; readonly model?: unknown },
  until: number | null,
): Rows {
  const data = found.filter(
    (one) =>
      (horizon === undefined || one.horizon_minutes === horizon) &&
      (model === undefined || one.model === model),
  );
  return new Rows({ data, next_cursor: null }, Object.keys(predictionSchema.shape), 'revalidate', until);
}
