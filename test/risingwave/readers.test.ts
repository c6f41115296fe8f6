import { expect, test } from '@jest/globals';
import { differenceOf } from './readers.ts';

test.each([
  [{ data: [{ close: '10.50', at: 'x' }] }, { data: [{ close: '10.5', at: 'x' }] }],
  [
    { rsi: 55.000000001, none: null },
    { rsi: 55, none: null },
  ],
  ['{"close":"1.0"}', '{"close":"1"}'],
  [
    { request_id: 'a', next_cursor: 'b' },
    { request_id: 'c', next_cursor: 'd' },
  ],
])('%j and %j are one answer', (a, b) => expect(differenceOf(a, b, '')).toBeNull());

test.each([
  [
    { data: [{ close: '10.5' }] },
    { data: [{ close: '10.6' }] },
    '.data.0.close: embedded "10.5", RisingWave "10.6"',
  ],
  [{ data: [1, 2] }, { data: [1] }, '.data.1: embedded 2, RisingWave undefined'],
  [{ status: 200 }, { status: 500 }, '.status: embedded 200, RisingWave 500'],
  [{ rsi: null }, { rsi: 0 }, '.rsi: embedded null, RisingWave 0'],
  [[], 'failed: not found', ': embedded [], RisingWave "failed: not found"'],
])('%j and %j are two', (a, b, told) => expect(differenceOf(a, b, '')).toContain(told));
