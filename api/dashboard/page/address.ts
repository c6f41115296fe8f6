/** What the page shows, all of it in its address, so that a view can be sent to somebody. */
export interface Shown {
  readonly page: 'market' | 'pipeline';
  readonly exchange: string | null;
  /** As BTC/USD; null: the first there is. */
  readonly symbol: string | null;
  readonly timeframe: Timeframe;
  /** Names of indicator columns. */
  readonly indicators: readonly string[];
  /** Minutes ahead whose past predictions are drawn; null: the shortest there is. */
  readonly horizon: number | null;
}

export const TIMEFRAMES = ['1m', '5m', '15m', '1h', '1d'] as const;
export type Timeframe = (typeof TIMEFRAMES)[number];

/** Seconds of a window. */
export const SECONDS: Readonly<Record<Timeframe, number>> = {
  '1m': 60,
  '5m': 300,
  '15m': 900,
  '1h': 3_600,
  '1d': 86_400,
};

/** More than these at a time would be no chart any more. */
export const MOST_INDICATORS = 8;

/** Reads the address; what makes no sense in it is left out. */
export function readAddress({ pathname, search }: Pick<Location, 'pathname' | 'search'>): Shown {
  const query = new URLSearchParams(search);
  const symbol = query.get('symbol')?.toUpperCase().replace('-', '/') ?? null;
  const timeframe = query.get('timeframe');
  const horizon = Number(query.get('horizon'));
  return {
    page: pathname === '/pipeline' ? 'pipeline' : 'market',
    exchange: query.get('exchange'),
    symbol: symbol !== null && /^[A-Z0-9._]+\/[A-Z0-9._]+$/.test(symbol) ? symbol : null,
    timeframe: TIMEFRAMES.find((known) => known === timeframe) ?? '1m',
    indicators: (query.get('indicators') ?? '')
      .split(',')
      .filter((name) => /^[a-z0-9_]+$/.test(name))
      .slice(0, MOST_INDICATORS),
    horizon: Number.isInteger(horizon) && horizon > 0 ? horizon : null,
  };
}

/** The address of what is shown. */
export function writeAddress({ page, exchange, symbol, timeframe, indicators, horizon }: Shown): string {
  const query = new URLSearchParams();
  if (symbol !== null) query.set('symbol', symbol.replace('/', '-'));
  if (exchange !== null) query.set('exchange', exchange);
  if (timeframe !== '1m') query.set('timeframe', timeframe);
  if (indicators.length > 0) query.set('indicators', indicators.join(','));
  if (horizon !== null) query.set('horizon', String(horizon));
  const text = query.toString().replaceAll('%2C', ',');
  return `${page === 'pipeline' ? '/pipeline' : '/'}${text === '' ? '' : `?${text}`}`;
}
