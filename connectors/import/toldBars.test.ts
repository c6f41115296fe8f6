import { expect, test } from '@jest/globals';
import { BadField, BadOption } from '../errors.ts';
import { barStart, type CandleText } from './candleRow.ts';
import { checkBarMinutes, realTime, toldAsMinute } from './toldBars.ts';

function row(ts: string): CandleText {
  return (field) => (field === 'ts' ? ts : field === 'open' ? '7' : undefined);
}

test('hours are told as minutes, before and after the origin, and back', () => {
  const starts = ['2017-12-31T23:00Z', '2018-01-01T00:00Z', '2018-01-01T01:00Z', '2019-10-17 09-AM'].map(
    (ts) => barStart(toldAsMinute(row(ts), 60)) / 1000,
  );
  expect(starts.map((ms) => (ms - Date.UTC(2018, 0, 1)) / 60_000)).toEqual([-1, 0, 1, 15_705]);
  expect(realTime(starts[3] ?? 0, 60)).toBe(Date.UTC(2019, 9, 17, 9));
  expect(toldAsMinute(row('2018-01-01T01:00Z'), 60)('open')).toBe('7');
});

test('minutes stay as they are', () => {
  expect(barStart(toldAsMinute(row('2024-05-06T07:08:00Z'), 1))).toBe(Date.UTC(2024, 4, 6, 7, 8) * 1000);
});

test('what starts within a bar is no bar', () => {
  expect(() => toldAsMinute(row('2018-01-01T01:30Z'), 60)('ts')).toThrow(BadField);
});

test.each([0, -5, 1.5, 50_000])('%p minutes are refused', (minutes) => {
  expect(() => checkBarMinutes(minutes)).toThrow(BadOption);
});
