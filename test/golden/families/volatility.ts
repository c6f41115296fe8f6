import { type Family, FINITE } from '../comparison.ts';
import type { Series } from '../series.ts';

/** Skender's channel leaves the current row out: its value of a row is ours of the row before. */
const rowAhead = (values: Series): Series => [...values.slice(1), null];

export const volatility: Family = (from) => [
  {
    column: 'true_range',
    formula: 'largest of high - low, |high - previous close|, |low - previous close| (Wilder 1978)',
    warmUp: FINITE,
    references: [from.skender('tr', 'tr'), from.talib('TRANGE')],
  },
  {
    column: 'bollinger_middle_20_2',
    formula: 'mean of 20 closes',
    warmUp: FINITE,
    references: [from.skender('bb', 'sma'), from.talib('BBM_20_2')],
  },
  {
    column: 'bollinger_upper_20_2',
    formula: 'mean + 2 population deviations of 20 closes (Bollinger)',
    warmUp: FINITE,
    references: [from.skender('bb', 'upperBand'), from.talib('BBU_20_2')],
  },
  {
    column: 'bollinger_lower_20_2',
    formula: 'mean - 2 population deviations of 20 closes (Bollinger)',
    warmUp: FINITE,
    references: [from.skender('bb', 'lowerBand'), from.talib('BBL_20_2')],
  },
  {
    column: 'bollinger_percent_b_20_2',
    formula: '(close - lower) / (upper - lower)',
    warmUp: FINITE,
    references: [from.skender('bb', 'percentB')],
  },
  {
    column: 'bollinger_width_20_2',
    formula: '(upper - lower) / middle',
    warmUp: FINITE,
    references: [from.skender('bb', 'width')],
  },
  {
    column: 'z_score_20',
    formula: '(close - mean) / population deviation of 20 closes',
    warmUp: FINITE,
    references: [from.skender('bb', 'zScore')],
  },
  {
    column: 'donchian_upper_20',
    formula: 'highest high of 20 rows, the current one included (Donchian)',
    warmUp: FINITE,
    references: [from.skender('donchian', 'upperBand', rowAhead)],
  },
  {
    column: 'donchian_middle_20',
    formula: 'mean of upper and lower',
    warmUp: FINITE,
    references: [from.skender('donchian', 'centerline', rowAhead)],
  },
  {
    column: 'donchian_lower_20',
    formula: 'lowest low of 20 rows, the current one included (Donchian)',
    warmUp: FINITE,
    references: [from.skender('donchian', 'lowerBand', rowAhead)],
  },
  {
    column: 'keltner_middle_20_2_10',
    formula: 'ema of period 20',
    warmUp: 180,
    references: [from.skender('keltner', 'centerline'), from.textbook((book) => book.ema(20))],
  },
  {
    column: 'keltner_upper_20_2_10',
    formula: 'middle + 2 average true ranges of 10 rows (Raschke)',
    warmUp: 180,
    references: [from.skender('keltner', 'upperBand'), from.textbook((book) => book.keltner(1))],
  },
  {
    column: 'keltner_lower_20_2_10',
    formula: 'middle - 2 average true ranges of 10 rows (Raschke)',
    warmUp: 180,
    references: [from.skender('keltner', 'lowerBand'), from.textbook((book) => book.keltner(-1))],
  },
  ...[14, 60].map((n) => ({
    column: `realised_volatility_${n}`,
    formula: 'root of the sum of n squared log returns (Andersen and Bollerslev 1998)',
    warmUp: FINITE,
    references: [from.textbook((book) => book.realisedVolatility(n))],
  })),
];
