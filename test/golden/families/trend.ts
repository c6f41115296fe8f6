import { type Family, FINITE } from '../comparison.ts';

const FORMULA = {
  sma: 'mean of the last n closes',
  wma: 'mean of the last n closes, weighted 1 to n',
  ema: 'each close weighs 1 - 2 / (n + 1) times the next one',
  macd: 'ema_12 - ema_26 (Appel)',
  signal: 'ema of period 9 of the MACD line',
  histogram: 'MACD line - signal',
  range: "Wilder's average of the true range (1978)",
  directional: "Wilder's average of the upward (downward) moves / atr_14, in percent (1978)",
  dx: '100 |+DI - -DI| / (+DI + -DI)',
  adx: "Wilder's average of DX",
  aroon: '100 (25 - rows since the highest high or lowest low of 26 rows) / 25 (Chande 1995)',
};

export const trend: Family = (from) => [
  ...[7, 14, 21].map((n) => ({
    column: `sma_${n}`,
    formula: FORMULA.sma,
    warmUp: FINITE,
    references: [from.talib(`SMA_${n}`)],
  })),
  {
    column: 'sma_60',
    formula: FORMULA.sma,
    warmUp: FINITE,
    references: [from.textbook((book) => book.sma(60))],
  },
  {
    column: 'wma_14',
    formula: FORMULA.wma,
    warmUp: FINITE,
    references: [from.skender('wma', 'wma'), from.talib('WMA_14')],
  },
  ...(
    [
      [7, 60],
      [14, 130],
      [21, 190],
    ] as const
  ).map(([n, warmUp]) => ({
    column: `ema_${n}`,
    formula: FORMULA.ema,
    warmUp,
    references: [from.talib(`EMA_${n}`), from.textbook((book) => book.ema(n))],
  })),
  {
    column: 'ema_12',
    formula: FORMULA.ema,
    warmUp: 110,
    references: [from.skender('macd', 'fastEma'), from.textbook((book) => book.ema(12))],
  },
  {
    column: 'ema_26',
    formula: FORMULA.ema,
    warmUp: 240,
    references: [from.skender('macd', 'slowEma'), from.textbook((book) => book.ema(26))],
  },
  {
    column: 'ema_60',
    formula: FORMULA.ema,
    warmUp: 560,
    references: [from.textbook((book) => book.ema(60), 'longish'), from.textbook((book) => book.ema(60))],
  },
  {
    column: 'macd_12_26',
    formula: FORMULA.macd,
    warmUp: 280,
    references: [
      from.skender('macd', 'macd'),
      from.talib('MACD_12_26_9'),
      from.textbook((book) => book.macd()),
    ],
  },
  {
    column: 'macd_signal_12_26_9',
    formula: FORMULA.signal,
    warmUp: 290,
    references: [
      from.skender('macd', 'signal'),
      from.talib('MACDs_12_26_9'),
      from.textbook((book) => book.macdSignal()),
    ],
  },
  {
    column: 'macd_histogram_12_26_9',
    formula: FORMULA.histogram,
    warmUp: 290,
    references: [from.skender('macd', 'histogram'), from.talib('MACDh_12_26_9')],
  },
  {
    column: 'atr_14',
    formula: FORMULA.range,
    warmUp: 250,
    references: [from.skender('atr', 'atr'), from.talib('ATR_14'), from.textbook((book) => book.atr(14))],
  },
  {
    column: 'natr_14',
    formula: 'atr_14 in percent of the close',
    warmUp: 220,
    references: [from.skender('atr', 'atrp'), from.talib('NATR_14')],
  },
  {
    column: 'plus_di_14',
    formula: FORMULA.directional,
    warmUp: 240,
    references: [
      from.skender('adx', 'pdi'),
      from.talib('PLUS_DI_14'),
      from.textbook((book) => book.directional(false)),
    ],
  },
  {
    column: 'minus_di_14',
    formula: FORMULA.directional,
    warmUp: 240,
    references: [
      from.skender('adx', 'mdi'),
      from.talib('MINUS_DI_14'),
      from.textbook((book) => book.directional(true)),
    ],
  },
  {
    column: 'dx_14',
    formula: FORMULA.dx,
    warmUp: 270,
    references: [from.skender('adx', 'dx'), from.talib('DX_14'), from.textbook((book) => book.dx())],
  },
  {
    column: 'adx_14',
    formula: FORMULA.adx,
    warmUp: 280,
    references: [from.skender('adx', 'adx'), from.talib('ADX_14'), from.textbook((book) => book.adx())],
  },
  ...(['up', 'down', 'oscillator'] as const).map((side) => ({
    column: `aroon_${side}_25`,
    formula: side === 'oscillator' ? 'aroon_up_25 - aroon_down_25' : FORMULA.aroon,
    warmUp: FINITE,
    references: [
      from.skender('aroon', side === 'oscillator' ? side : side === 'up' ? 'aroonUp' : 'aroonDown'),
    ],
  })),
];
