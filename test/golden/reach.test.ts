import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { IndicatorDatabase } from './indicatorDatabase.ts';

let database: IndicatorDatabase;

beforeAll(async () => {
  database = await IndicatorDatabase.create();
  const quotes = Array.from({ length: 1400 }, () => ({
    open: '1',
    high: '1',
    low: '1',
    close: '1',
    volume: '1',
  }));
  await database.load('whole', quotes, '1m');
  await database.load('holed', quotes, '1m');
  await database.load('days', quotes, '1d');
  // Minute 50 is unknown; day 50 misses one of its minutes.
  await database.client.query(`delete from candles where symbol = 'holed'
    and window_start = '2020-01-01 00:00:00+00'::timestamptz + interval '50 minutes'`);
  await database.client.query(`update candles set known_minutes = 1439 where symbol = 'days'
    and window_start = '2020-01-01 00:00:00+00'::timestamptz + interval '50 days'`);
  await database.createViews();
});

afterAll(() => database.close());

async function firstComplete(symbol: string): Promise<{ rows: unknown; index: number; last: unknown }> {
  const rows = await database.indicators(symbol);
  const index = rows.findIndex(({ reach_complete }) => reach_complete === true);
  expect(rows.slice(index).every(({ reach_complete }) => reach_complete === true)).toBe(true);
  return { rows: rows[83]?.reach_rows, index, last: rows.at(-1)?.reach_rows };
}

test('the reach is complete with its 600th minute, and says before how many there are', async () => {
  expect(await firstComplete('whole')).toEqual({ rows: 84, index: 599, last: 600 });
});

test('after an unknown minute it takes 600 known ones', async () => {
  // The row of minute 51 is the fiftieth.
  expect(await firstComplete('holed')).toEqual({ rows: 84, index: 50 + 599, last: 600 });
});

test('a window with an unknown minute is one with a hole', async () => {
  expect(await firstComplete('days')).toEqual({ rows: 84, index: 51 + 599, last: 600 });
});
