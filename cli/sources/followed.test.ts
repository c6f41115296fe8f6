import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Followed } from './followed.ts';

const A = { exchange: 'kraken', symbol: 'A/USD' };
const B = { exchange: 'kraken', symbol: 'B/USD' };
const C = { exchange: 'binance', symbol: 'B/USD' };

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickwave-followed-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test('what was asked for and called off outlives the process', () => {
  expect(new Followed(folder).markets([A, B])).toEqual([A, B]);
  new Followed(folder).add(C);
  new Followed(folder).add(C);
  new Followed(folder).remove(A);
  expect(new Followed(folder).markets([A, B])).toEqual([B, C]);
  // What was added and is in MARKETS now too is followed once.
  expect(new Followed(folder).markets([A, B, C])).toEqual([B, C]);
  new Followed(folder).add(A);
  new Followed(folder).remove(C);
  expect(new Followed(folder).markets([A, B])).toEqual([A, B]);
});

test('a damaged file is said, with what to do', () => {
  writeFileSync(join(folder, 'markets.json'), '{"added":');
  expect(() => new Followed(folder).markets([A])).toThrow(/markets\.json cannot be read\. Delete it/);
});
