import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { IndicatorDatabase } from './indicatorDatabase.ts';

/** What the JavaScript of a file of sql/functions exports, as RisingWave calls it. */
interface Aggregate {
  create_state(): unknown;
  accumulate(state: unknown, value: number | null, ...rest: number[]): unknown;
  retract(state: unknown, value: number | null, ...rest: number[]): unknown;
  finish(state: unknown): number | null;
}

const FOLDER = new URL('../../sql/functions/', import.meta.url);
const NAMES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.risingwave.sql'))
  .map((file) => file.replace('.risingwave.sql', ''));
/** Arguments after the value. */
const REST: Readonly<Record<string, readonly number[]>> = { ema: [0.1] };
const BACK = 30;

let database: IndicatorDatabase;

beforeAll(async () => {
  database = await IndicatorDatabase.create();
  await database.client.query('select setseed(0.42)');
  // Prices that hardly move, with one far off, stretches of zeros and stretches without any.
  await database.client.query(`create table prices as select row, case
      when random() < 0.1 or row / 50 % 6 = 3 then null when row / 50 % 6 = 1 then 0 when row = 420 then 1e9
      else 64000 + round((random() * 3)::numeric, 2) end::float8 as value
    from generate_series(1, 1000) as row`);
});

afterAll(() => database.close());

async function load(name: string): Promise<Aggregate> {
  const text = readFileSync(new URL(`${name}.risingwave.sql`, FOLDER), 'utf8');
  const [, body = ''] = text.split('$$');
  return (await import(`data:text/javascript,${encodeURIComponent(body)}`)) as Aggregate;
}

function over(aggregate: Aggregate, values: readonly (number | null)[], rest: readonly number[]) {
  return values.map((_, row) => {
    let state = aggregate.create_state();
    for (const value of values.slice(Math.max(0, row - BACK), row + 1))
      state = aggregate.accumulate(state, value, ...rest);
    return aggregate.finish(state);
  });
}

test.each(NAMES)('%s in JavaScript is what it is on PostgreSQL', async (name) => {
  const rest = REST[name] ?? [];
  const { rows } = await database.client.query<{ value: number | null; expected: number | null }>(
    `select value, ${[`${name}(value`, ...rest].join(', ')}) over (order by row rows between ${BACK} preceding and current row) as expected
    from prices order by row`,
  );
  const actual = over(
    await load(name),
    rows.map(({ value }) => value),
    rest,
  );
  const wrong = rows.flatMap(({ expected }, row) => {
    const is = actual[row] ?? null;
    const equal =
      expected === null || is === null
        ? expected === is
        : Math.abs(is - expected) <= 1e-9 * Math.abs(expected);
    return equal ? [] : [`row ${row + 1}: ${is} for ${expected}`];
  });
  expect(wrong).toEqual([]);
  expect(new Set(actual).size).toBeGreaterThan(10);
});

test.each(['frame_sum', 'frame_stddev_pop'])('%s is the same to the last bit', async (name) => {
  const { rows } = await database.client.query<{ value: number | null; expected: number | null }>(
    `select value, ${name}(value) over (order by row rows between ${BACK} preceding and current row) as expected from prices order by row`,
  );
  const values = rows.map(({ value }) => value);
  expect(over(await load(name), values, [])).toEqual(rows.map(({ expected }) => expected));
});

test.each(NAMES)('%s has the retract that RisingWave asks for', async (name) => {
  const aggregate = await load(name);
  expect(typeof aggregate.retract).toBe('function');
  expect(aggregate.finish(aggregate.create_state())).toBeNull();
});
