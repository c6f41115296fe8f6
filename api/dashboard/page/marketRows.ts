import type { IndicatorRow } from './indicatorSeries.ts';
import type { MarketPage } from './market.ts';
import type { Candle } from './records.ts';
import { rows } from './rest.ts';

const PAGE = 1_000;

type Asked = Pick<MarketPage, 'market' | 'shown'>;

/** What a market's chart shows at first. */
export interface MarketRows {
  readonly candles: readonly Candle[];
  readonly indicators: readonly IndicatorRow[];
  /** The last 24 hours by the hour, newest first; none while there is no candle of an hour. */
  readonly day: readonly Candle[];
}

/** Asks for the newest windows. @throws RestError */
export async function marketRows({ market, shown }: Asked): Promise<MarketRows> {
  const { exchange, symbol } = market;
  const path = symbol.replace('/', '-');
  const of = { exchange, timeframe: shown.timeframe, limit: PAGE };
  const columns = ['window_start', ...shown.indicators].join(',');
  const [candles, indicators, day] = await Promise.all([
    rows<Candle>(`/v1/candles/${path}`, of),
    shown.indicators.length === 0 ? [] : rows<IndicatorRow>(`/v1/indicators/${path}`, { ...of, columns }),
    // Figures of the day are an extra, which must not keep the chart away.
    rows<Candle>(`/v1/candles/${path}`, { exchange, timeframe: '1h', limit: 24 }).catch(() => []),
  ]);
  return { candles, indicators, day };
}

/** The page of candles before a window. @throws RestError */
export function candlesBefore({ market, shown }: Asked, oldest: string): Promise<readonly Candle[]> {
  const { exchange, symbol } = market;
  const of = { exchange, timeframe: shown.timeframe, to: oldest, limit: PAGE };
  return rows<Candle>(`/v1/candles/${symbol.replace('/', '-')}`, of);
}
