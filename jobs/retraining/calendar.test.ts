import { expect, test } from '@jest/globals';
import { taughtFeatures } from './calendar.ts';

const DAY = 86_400_000;
const ALL = ['rsi_14', 'hour_of_day', 'day_of_week', 'hour_sine', 'hour_cosine', 'week_sine', 'week_cosine'];

test.each([
  [1.9, ['rsi_14']],
  [2, ['rsi_14', 'hour_of_day', 'hour_sine', 'hour_cosine']],
  [13.9, ['rsi_14', 'hour_of_day', 'hour_sine', 'hour_cosine']],
  [14, ALL],
])('%d days teach what has been round twice in them', (days, taught) => {
  expect(taughtFeatures(ALL, days * DAY)).toEqual(taught);
});
