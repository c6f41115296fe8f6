import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeWithData } from '../support/data.ts';
import { IndicatorDatabase } from './indicatorDatabase.ts';
import { readCsv, readQuotes } from './quotes.ts';

interface Example {
  readonly file: string;
  /** Column of the file by column of `indicators`, and by how much the file's unit is larger. */
  readonly columns: Readonly<Record<string, readonly [string, number?]>>;
  /** Values to compare at least. */
  readonly atLeast: number;
}

/** Worked examples whose parameters are ours; they are printed with few digits, each of which has to be right. */
const EXAMPLES: readonly Example[] = [
  {
    file: 'cs-bbands',
    columns: {
      bollinger_middle_20_2: ['middleband'],
      bollinger_upper_20_2: ['highband'],
      bollinger_lower_20_2: ['lowband'],
      bollinger_width_20_2: ['widthband', 100],
      bollinger_percent_b_20_2: ['percentageband'],
    },
    atLeast: 100,
  },
  { file: 'cs-cci', columns: { cci_20: ['cci'] }, atLeast: 10 },
  { file: 'cs-mfi', columns: { mfi_14: ['mfi'] }, atLeast: 15 },
  { file: 'cs-percentr', columns: { williams_r_14: ['williams_%r'] }, atLeast: 15 },
  { file: 'cs-soo', columns: { stochastic_k_14: ['so'], stochastic_k_14_3: ['so_sig'] }, atLeast: 30 },
  {
    file: 'cs-dc',
    columns: { donchian_upper_20: ['upper_band'], donchian_lower_20: ['lower_band'] },
    atLeast: 20,
  },
];

describeWithData(
  'indicators against worked examples in the StockCharts style',
  ['indicators/stockcharts'],
  (folder) => {
    let database: IndicatorDatabase;

    beforeAll(async () => {
      database = await IndicatorDatabase.create();
      for (const { file } of EXAMPLES) await database.load(file, readQuotes(join(folder, `${file}.csv`)));
      await database.createViews();
    });

    afterAll(() => database?.close());

    test.each(EXAMPLES)('$file', async ({ file, columns, atLeast }) => {
      const rows = await database.indicators(file);
      const expected = readCsv(join(folder, `${file}.csv`));
      const checked = Object.entries(columns).flatMap(([column, [name, unit = 1]]) =>
        expected.flatMap((line, row) => {
          const text = line[name];
          const actual = rows[row]?.[column];
          if (!text || typeof actual !== 'number') return [];
          return [
            {
              column,
              row,
              text,
              actual: actual * unit,
              off: Math.abs(actual * unit - Number(text)) / lastDigit(text),
            },
          ];
        }),
      );
      expect(checked.length).toBeGreaterThanOrEqual(atLeast);
      expect(checked.filter(({ off }) => off > 2)).toEqual([]);
    });
  },
);

/** Size of one in the last printed digit; inputs are printed with no more of them. */
function lastDigit(text: string): number {
  return 10 ** -(text.split('.')[1] ?? '').length;
}
