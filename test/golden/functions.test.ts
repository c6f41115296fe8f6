import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeWithData } from '../support/data.ts';
import { IndicatorDatabase } from './indicatorDatabase.ts';
import { References } from './references.ts';

let database: IndicatorDatabase;

beforeAll(async () => {
  database = await IndicatorDatabase.create();
  await database.client.query('select setseed(0.42)');
  // Values, zeros and nulls, alone and in stretches longer than the frames.
  await database.client.query(`create table points as select row, case
      when random() < 0.2 or row / 40 % 5 = 3 then null when random() < 0.2 or row / 40 % 5 = 1 then 0 else round(random() * 9) end as value
    from generate_series(1, 2000) as row`);
});

afterAll(() => database.close());

/** Rows in which a window aggregate differs from a plain query of its frame, as text. */
async function deviations(call: string, back: number, near: number, plain: string): Promise<string[]> {
  const { rows } = await database.client.query<{
    row: number;
    actual: number | null;
    expected: number | null;
  }>(
    `with windows as (
      select row, ${call} over (order by row rows between ${back} preceding and ${near} preceding) as actual from points
    )
    select row, actual, (select ${plain} from (
        select value::float8, windows.row - ${near} - points.row as age, row_number() over (order by points.row) as position from points
        where points.row between windows.row - ${back} and windows.row - ${near} and value is not null
      ) as frame) as expected
    from windows order by row`,
  );
  expect(rows).toHaveLength(2000);
  expect(new Set(rows.map(({ expected }) => expected)).size).toBeGreaterThan(5);
  return rows
    .filter(({ actual, expected }) =>
      actual === null || expected === null
        ? actual !== expected
        : expected === 0
          ? actual !== 0
          : !(Math.abs(actual - expected) <= 1e-11 * Math.abs(expected)),
    )
    .map(({ row, actual, expected }) => `row ${row}: ${actual} for ${expected}`);
}

const EMA = 'sum(value * power(0.9::float8, age)) / sum(power(0.9::float8, age))';

test.each([
  ['ema(value, 0.1)', 19, 0, EMA],
  ['ema(value, 0.1)', 70, 0, EMA],
  ['ema(value, 0.1)', 12, 3, EMA],
  ['last_known(value)', 15, 0, '(array_agg(value order by age))[1]'],
  [
    'mean_deviation(value)',
    15,
    0,
    'avg(abs(value - (select avg(value) from points where row between windows.row - 15 and windows.row)))',
  ],
  ['rows_since_max(value)', 15, 0, '(array_agg(age order by value desc, age))[1]'],
  ['rows_since_min(value)', 15, 0, '(array_agg(age order by value, age))[1]'],
  ['frame_sum(value)', 15, 0, 'sum(value)'],
  ['frame_stddev_pop(value)', 15, 0, 'stddev_pop(value)'],
  ['wma(value)', 15, 0, 'sum(value * position) / sum(position)'],
])('%s over %s to %s rows back is what its definition says', async (call, back, near, plain) => {
  expect(await deviations(call, back, near, plain)).toEqual([]);
});

test('as plain aggregates they take the rows in the order that is stated', async () => {
  const { rows } = await database.client.query(
    `select ema(value, 0.5 order by row) as ema, last_known(value order by row) as last_known, wma(value order by row) as wma,
      mean_deviation(value order by row) as deviation, rows_since_max(value order by row) as since_max,
      rows_since_min(value order by row) as since_min, rows_since_max(value) filter (where value > 9) as none
    from (values (1, 4.0), (2, null), (3, 8.0), (4, null)) as given (row, value)`,
  );
  expect(rows).toEqual([
    { ema: 7.2, last_known: 8, wma: (4 + 2 * 8) / 3, deviation: 2, since_max: 1, since_min: 3, none: null },
  ]);
});

test('first_value and last_value are aggregates where their schema comes before pg_catalog', async () => {
  await database.client.query('set search_path = public, pg_catalog');
  const { rows } = await database.client.query(
    `select first_value(name order by row) as first, last_value(name order by row) as last
    from (values (2, 'b'), (1, 'a'), (3, 'c')) as given (row, name)`,
  );
  await database.client.query('reset search_path');
  expect(rows).toEqual([{ first: 'a', last: 'c' }]);
});

describeWithData('Aroon of TA-Lib', ['indicators'], (folder) => {
  test('of equal extremes the latest counts', async () => {
    const references = new References(folder);
    await database.load('default', references.quotes('default'));
    const { rows } = await database.client.query<{ up: number; down: number }>(
      `select 100 * (14 - rows_since_max(high) over last_15) / 14 as up, 100 * (14 - rows_since_min(low) over last_15) / 14 as down
      from candles window last_15 as (order by window_start rows between 14 preceding and current row) order by window_start`,
    );
    const up = references.talib('AROON_up_14').values;
    const down = references.talib('AROON_down_14').values;
    const actual = rows.slice(14).flatMap((row) => [row.up, row.down]);
    const expected = up.flatMap((value, row) =>
      row < 14 ? [] : [value ?? Number.NaN, down[row] ?? Number.NaN],
    );
    expect(actual).toHaveLength(976);
    expect(
      actual.filter((value, index) => Math.abs(value - (expected[index] ?? Number.NaN)) < 1e-10),
    ).toHaveLength(976);
  });
});
