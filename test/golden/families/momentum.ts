import { type Family, FINITE } from '../comparison.ts';
import { mean, over, type Series } from '../series.ts';

const RSI = "100 up / (up + down), Wilder's averages of the close's rises and falls (1978)";

const over3 = (values: Series): Series => over(values, 3, mean);

export const momentum: Family = (from) => [
  {
    column: 'rsi_7',
    formula: RSI,
    warmUp: 120,
    references: [from.talib('RSI_7'), from.textbook((book) => book.rsi(7))],
  },
  {
    column: 'rsi_14',
    formula: RSI,
    warmUp: 240,
    references: [from.skender('rsi', 'rsi'), from.talib('RSI_14'), from.textbook((book) => book.rsi(14))],
  },
  {
    column: 'rsi_21',
    formula: RSI,
    warmUp: 340,
    references: [from.talib('RSI_21'), from.textbook((book) => book.rsi(21))],
  },
  {
    column: 'stochastic_k_14',
    formula: '100 (close - lowest low) / (highest high - lowest low) of 14 rows (Lane)',
    warmUp: FINITE,
    references: [from.talib('STOCHF_k_14_3')],
  },
  {
    column: 'stochastic_k_14_3',
    formula: 'mean of 3 stochastic_k_14',
    warmUp: FINITE,
    references: [
      from.skender('stoch', 'oscillator'),
      from.talib('STOCH_k_14_3_3'),
      from.talib('STOCHF_d_14_3'),
    ],
  },
  {
    column: 'stochastic_d_14_3_3',
    formula: 'mean of 3 stochastic_k_14_3',
    warmUp: FINITE,
    references: [from.skender('stoch', 'signal'), from.talib('STOCH_d_14_3_3')],
  },
  {
    column: 'stochastic_rsi_14',
    formula: '100 (rsi_14 - lowest) / (highest - lowest rsi_14 of 14 rows) (Chande and Kroll 1994)',
    warmUp: 260,
    references: [from.skender('stoch-rsi', 'stochRsi'), from.textbook((book) => book.stochasticRsi())],
  },
  {
    column: 'stochastic_rsi_k_14_3',
    formula: 'mean of 3 stochastic_rsi_14',
    warmUp: 260,
    references: [from.skender('stoch-rsi', 'signal')],
  },
  {
    column: 'stochastic_rsi_d_14_3_3',
    formula: 'mean of 3 stochastic_rsi_k_14_3',
    warmUp: 260,
    references: [from.textbook((book) => over3(over3(book.stochasticRsi())))],
  },
  {
    column: 'williams_r_14',
    formula: '-100 (highest high - close) / (highest high - lowest low) of 14 rows (Williams)',
    warmUp: FINITE,
    references: [from.skender('willr', 'williamsR'), from.talib('WILLR_14')],
  },
  {
    column: 'cci_20',
    formula: '(typical price - its mean) / (0.015 its mean deviation) over 20 rows (Lambert 1980)',
    warmUp: FINITE,
    references: [from.skender('cci', 'cci'), from.talib('CCI_20')],
  },
  ...[1, 5, 15, 60].map((n) => ({
    column: `roc_${n}`,
    formula: '100 (close / close n rows ago - 1)',
    warmUp: FINITE,
    references: [from.textbook((book) => book.rateOfChange(n))],
  })),
  {
    column: 'roc_10',
    formula: '100 (close / close n rows ago - 1)',
    warmUp: FINITE,
    references: [from.talib('ROC_10')],
  },
  {
    column: 'momentum_10',
    formula: 'close - close 10 rows ago',
    warmUp: FINITE,
    references: [from.talib('MOM_10')],
  },
];
