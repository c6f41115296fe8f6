import type { IndicatorRow } from './indicatorSeries.ts';
import type { MarketPage } from './market.ts';
import type { MarketChart } from './marketChart.ts';
import { PagedRows } from './pagedRows.ts';
import type { Candle, Prediction, Promotion } from './records.ts';
import { page, rows } from './rest.ts';
import { servedPredictions } from './served.ts';

const PAGE = 1_000;
/** Several versions may have predicted each minute. */
const PREDICTIONS = 2_000;
/** Rows that a chart holds of each kind; they stay quick to draw. */
const MOST_WINDOWS = 20_000;

type Asked = Pick<MarketPage, 'market' | 'shown'>;

/** The candles of a market's chart. */
export function candlePages({ market, shown }: Asked, chart: MarketChart): PagedRows<Candle> {
  const path = `/v1/candles/${market.symbol.replace('/', '-')}`;
  const query = { exchange: market.exchange, timeframe: shown.timeframe, limit: PAGE };
  return new PagedRows({
    ask: (cursor) => page<Candle>(path, query, cursor),
    ...{ kept: chart.candles.rows, changed: () => chart.drawCandles(), most: MOST_WINDOWS },
  });
}

/** The chosen indicators of a market's chart; null when none are chosen. */
export function indicatorPages({ market, shown }: Asked, chart: MarketChart): PagedRows<IndicatorRow> | null {
  if (shown.indicators.length === 0) return null;
  const path = `/v1/indicators/${market.symbol.replace('/', '-')}`;
  const fields = ['window_start', ...shown.indicators].join(',');
  const query = { exchange: market.exchange, timeframe: shown.timeframe, limit: PAGE, fields };
  return new PagedRows({
    ask: (cursor) => page<IndicatorRow>(path, query, cursor),
    ...{ kept: chart.indicators.rows, changed: () => chart.drawIndicators(), most: MOST_WINDOWS },
  });
}

/** What a model with the shown horizon predicted, by the versions that were in service then; one that has just taken over counts from now on. */
export function predictionPages(
  { market }: Asked,
  { model, version, horizon_minutes: horizon }: Prediction,
  promotions: readonly Promotion[],
  chart: MarketChart,
): PagedRows<Prediction> {
  const path = `/v1/predictions/${market.symbol.replace('/', '-')}/history`;
  const query = {
    ...{ exchange: market.exchange, horizon, model, limit: PREDICTIONS },
    fields: 'window_start,horizon_minutes,model,version,predicted_price,lower_price,upper_price',
  };
  return new PagedRows({
    ask: (cursor) => page<Prediction>(path, query, cursor),
    only: (predictions) => servedPredictions(predictions, promotions, version),
    ...{ kept: chart.predictions.rows, changed: () => chart.drawPredictions(), most: MOST_WINDOWS },
  });
}

/** The last 24 hours by the hour, newest first; none when they can't be had: they are an extra, which must not keep the chart away. */
export function dayOf({ market }: Asked): Promise<readonly Candle[]> {
  const { exchange, symbol } = market;
  const query = { exchange, timeframe: '1h', limit: 24 };
  return rows<Candle>(`/v1/candles/${symbol.replace('/', '-')}`, query).catch(() => []);
}
