import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { lockFolder } from '../engine/postgres/server/lock.ts';
import { announce, announced, findRunning, withdraw } from './runFile.ts';

let folder: string;
const running = {
  pid: process.pid,
  verb: 'start',
  startedAt: '2026-01-01T00:00:00Z',
  source: 'x',
  api: 'http://127.0.0.1:1',
  apiKey: 'tw_x',
  databasePort: 1,
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickwave-run-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('nothing runs on a folder that nobody holds, whatever a killed one left there', () => {
  expect(findRunning(folder)).toBeNull();
  announce(folder, running);
  expect(findRunning(folder)).toBeNull();
});

test('one that holds the folder is starting until it has announced itself', () => {
  const release = lockFolder(folder);
  expect(findRunning(folder)).toEqual({ pid: process.pid, verb: 'starting' });
  announce(folder, { ...running, pid: 1 });
  expect(announced(folder)).toBeNull();
  announce(folder, running);
  expect(announced(folder)).toEqual(running);
  expect(statSync(join(folder, 'running.json')).mode & 0o077).toBe(0);
  writeFileSync(join(folder, 'running.json'), '{');
  expect(announced(folder)).toBeNull();
  withdraw(folder);
  release();
  expect(findRunning(folder)).toBeNull();
});
