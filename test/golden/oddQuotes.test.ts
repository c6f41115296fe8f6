import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeWithData } from '../support/data.ts';
import { IndicatorDatabase, type IndicatorRow } from './indicatorDatabase.ts';
import { type Quote, readQuotes } from './quotes.ts';

const ODD = ['bad', 'zeros', 'penny', 'toobig', 'max', '_issue0859.adx.nan'];

/** Bounds that hold whatever the input is; rounding may overstep them by a hair. */
const BOUNDS: Readonly<Record<string, readonly [number, number]>> = {
  rsi_7: [0, 100],
  rsi_14: [0, 100],
  rsi_21: [0, 100],
  mfi_14: [0, 100],
  stochastic_rsi_14: [0, 100],
  adx_14: [0, 100],
  dx_14: [0, 100],
  aroon_up_25: [0, 100],
  aroon_down_25: [0, 100],
  z_score_20: [-Math.sqrt(19), Math.sqrt(19)],
};

describeWithData('indicators of odd quotes', ['indicators/skender/quotes'], (folder) => {
  /** A candle always has its prices: what has none is left out before. */
  const priced = (name: string): Quote[] =>
    readQuotes(join(folder, `${name}.csv`)).filter(({ high, low, close }) => high && low && close);
  let database: IndicatorDatabase;
  const markets = new Map<string, IndicatorRow[]>();

  beforeAll(async () => {
    database = await IndicatorDatabase.create();
    for (const name of ODD) await database.load(name, priced(name));
    await database.createViews();
    for (const name of ODD) markets.set(name, await database.indicators(name));
  });

  afterAll(() => database?.close());

  test.each(ODD)('%s gives a row for each quote, no NaN and no infinity', (name) => {
    const rows = markets.get(name) ?? [];
    expect(rows).toHaveLength(priced(name).length);
    const numbers = rows.flatMap((row) =>
      Object.entries(row).filter(([, value]) => typeof value === 'number'),
    );
    expect(numbers.length).toBeGreaterThan(20 * rows.length);
    expect(numbers.filter(([, value]) => !Number.isFinite(value))).toEqual([]);
  });

  test.each(ODD)('%s stays within the bounds of its oscillators', (name) => {
    const rows = markets.get(name) ?? [];
    const outside = Object.entries(BOUNDS).flatMap(([column, [low, high]]) =>
      rows
        .map((row) => row[column])
        .filter((value) => typeof value === 'number' && !(value >= low - 1e-9 && value <= high + 1e-9))
        .map((value) => `${column}: ${value}`),
    );
    expect(outside).toEqual([]);
  });

  test('a market at zero has no ratio of anything, and an RSI in the middle', () => {
    const last = markets.get('zeros')?.at(-1) ?? {};
    const ratios = [
      'natr_14',
      'plus_di_14',
      'stochastic_k_14',
      'cci_20',
      'z_score_20',
      'vwap_60',
      'mfi_14',
      'roc_10',
    ];
    expect(ratios.map((column) => last[column])).toEqual(ratios.map(() => null));
    expect([last.rsi_14, last.sma_60, last.atr_14, last.bollinger_upper_20_2]).toEqual([50, 0, 0, 0]);
  });
});
