import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeWithData } from '../support/data.ts';
import { between, differences, FINITE, type Indicator, settledAt, TOLERANCE } from './comparison.ts';
import { renderIndicators } from './document.ts';
import { momentum } from './families/momentum.ts';
import { trend } from './families/trend.ts';
import { volatility } from './families/volatility.ts';
import { volumeFlow } from './families/volumeFlow.ts';
import { IndicatorDatabase, type IndicatorRow } from './indicatorDatabase.ts';
import { type Market, References } from './references.ts';

const MARKETS: readonly Market[] = ['default', 'minutes', 'bitcoin', 'longish'];
const PAGE = new URL('../../docs/indicators.md', import.meta.url);

describeWithData('indicators against references', ['indicators'], (folder) => {
  let references: References;
  let indicators: Indicator[];
  let database: IndicatorDatabase;
  const rows = new Map<Market, readonly IndicatorRow[]>();

  beforeAll(async () => {
    references = new References(folder);
    indicators = [trend, momentum, volatility, volumeFlow].flatMap((family) => family(references));
    database = await IndicatorDatabase.create();
    for (const market of MARKETS) {
      await database.load(market, references.quotes(market), market === 'minutes' ? '1m' : '1d');
    }
    await database.createViews();
    for (const market of MARKETS) rows.set(market, await database.indicators(market));
  });

  afterAll(() => database?.close());

  const compared = (indicator: Indicator) =>
    indicator.references.map((reference) => ({
      label: `${indicator.column}, ${reference.name}, ${reference.market}`,
      values: differences(rows.get(reference.market) ?? [], indicator.column, reference.values),
    }));

  test('every indicator agrees within 1e-8 after its warm-up', () => {
    const failures = indicators
      .filter(({ column }) => !column.startsWith('aroon'))
      .flatMap((indicator) =>
        compared(indicator).flatMap(({ label, values }) => {
          const after = between(values, indicator.warmUp);
          const settled = settledAt(values);
          expect(after.length).toBeGreaterThan(140);
          return settled > indicator.warmUp ? [`${label}: differs up to row ${settled}`] : [];
        }),
      );
    expect(failures).toEqual([]);
  });

  test('averages that never forget converge, and not before the stated warm-up is nearly over', () => {
    const failures = indicators
      .filter(({ warmUp }) => warmUp !== FINITE)
      .flatMap((indicator) => {
        const all = compared(indicator);
        const settled = Math.max(...all.map(({ values }) => settledAt(values)));
        const early = all.every(
          ({ values }) => Math.max(...between(values, 0, indicator.warmUp / 4)) > 1000 * TOLERANCE,
        );
        const tight = settled > 0.8 * indicator.warmUp;
        return early && tight ? [] : [`${indicator.column}: settled at ${settled} of ${indicator.warmUp}`];
      });
    expect(failures).toEqual([]);
  });

  test('Aroon differs from Skender only where equal extremes are dated differently', () => {
    for (const indicator of indicators.filter(({ column }) => column.startsWith('aroon'))) {
      const [first] = compared(indicator);
      const values = between(first?.values ?? [], 0);
      expect(values).toHaveLength(477);
      expect(values.filter((value) => value > TOLERANCE).length).toBeLessThan(20);
    }
  });

  test('every indicator column but those that need the taker is compared', () => {
    const names = new Set(indicators.map(({ column }) => column));
    const known = /^(exchange|symbol|timeframe|window_start|close|reach_rows|reach_complete)$/;
    const columns = Object.keys(rows.get('default')?.[0] ?? {}).filter((name) => !known.test(name));
    expect(columns.filter((name) => !names.has(name))).toEqual(['taker_buy_ratio_20', 'taker_buy_ratio_60']);
  });

  test('docs/indicators.md says what was measured', () => {
    const page = renderIndicators(indicators, rows);
    if (process.env.WRITE_DOCS) writeFileSync(PAGE, page);
    expect(readFileSync(PAGE, 'utf8')).toBe(page);
  });
});
