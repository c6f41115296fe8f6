import { expect, test } from '@jest/globals';
import { SERVED } from './catalog.ts';
import { apiReaders } from './readers.ts';

test('every view that is served has who serves it, by path and channel', async () => {
  const readers = await apiReaders();
  expect(new Set(readers.map(({ view }) => view))).toEqual(new Set(SERVED));
  const of = (view: string): string[] =>
    readers.filter((reader) => reader.view === view).map(({ name }) => name);
  expect(of('candles')).toEqual(['channel candle', 'GET /v1/candles/{symbol}']);
  expect(of('predictions')).toEqual(
    expect.arrayContaining(['channel prediction', 'GET /v1/predictions/{symbol}']),
  );
  // What no path shows row by row is read inside of others.
  expect(readers.filter(({ rows }) => !rows).map(({ view }) => view)).toEqual(['trend']);
});
