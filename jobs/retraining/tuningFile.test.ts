import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { newSearch } from '../training/tuning/state.ts';
import { TuningFile } from './tuningFile.ts';

const NOW = Date.UTC(2026, 0, 2);
const HOUR = 3_600_000;
const state = {
  ...newSearch(1),
  evaluations: [{ trial: 0, parameters: { lambda: 1 }, share: 1, loss: 0.5, reason: null }],
};

let folder: string;
let file: TuningFile;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickwave-tuning-'));
  file = new TuningFile(join(folder, 'tuning'), 'return-5m');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test('a search is found again by the same question within a day', () => {
  file.write('how', { asOf: NOW, state });
  expect(file.read('how', NOW + 24 * HOUR)).toEqual({ asOf: NOW, state });
  expect(readdirSync(join(folder, 'tuning'))).toEqual(['return-5m.json']);
});

test('nothing is found of another question, of yesterday, after it was removed, or when there never was one', () => {
  expect(file.read('how', NOW)).toBeNull();
  file.write('how', { asOf: NOW, state });
  expect(file.read('how else', NOW)).toBeNull();
  expect(file.read('how', NOW + 24 * HOUR + 1)).toBeNull();
  file.remove();
  file.remove();
  expect(file.read('how', NOW)).toBeNull();
});

test.each(['', '{"question":"how","asOf":1', '{"question":"how","asOf":0,"state":{"version":2}}', '[]'])(
  'a damaged file is no search: %j',
  (text) => {
    file.write('how', { asOf: NOW, state });
    writeFileSync(join(folder, 'tuning', 'return-5m.json'), text);
    expect(file.read('how', NOW)).toBeNull();
  },
);
