import { expect, test } from '@jest/globals';
import pg from 'pg';
import { refusedAsThere } from './connection.ts';

const refusal = (message: string): Error => new pg.DatabaseError(message, message.length, 'error');

test.each([
  'Failed to run the query: Catalog error: table with name candles_1m exists',
  'Catalog error: materialized view with name a__2 exists but under creation',
  'function with name ema(double precision, double precision) exists',
  'duplicate subscription "candles_1m_changes"',
])('it is there: %s', (message) => expect(refusedAsThere(refusal(message))).toBe(true));

test.each([
  'Bind error: function ema(double precision) does not exist',
  'Catalog error: table or source not found: candles_1m__2',
  'sql parser error: expected )',
])('it is not there: %s', (message) => expect(refusedAsThere(refusal(message))).toBe(false));

test('a connection that broke says nothing of what exists', () =>
  expect(refusedAsThere(new Error('the connection exists no longer'))).toBe(false));
