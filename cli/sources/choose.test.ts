import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readConfig } from '../../config/config.ts';
import { chooseSource, rememberLive } from './choose.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickwave-choose-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const config = (more: Record<string, string> = {}) => readConfig({ DATA_DIR: 'data', ...more }, folder);
const silent = async (): Promise<string> => 'kraken: no answer';
const answers = async (): Promise<null> => null;

test('live markets when an exchange answers', async () => {
  expect(await chooseSource(config(), answers)).toEqual({ kind: 'live' });
});

test('the simulated market when none answers, and why', async () => {
  expect(await chooseSource(config(), silent)).toEqual({
    kind: 'simulated',
    why: 'no exchange answers (kraken: no answer)',
  });
});

test('never made-up markets beside live ones', async () => {
  rememberLive(config().DATA_DIR);
  expect(await chooseSource(config(), silent)).toEqual({ kind: 'live' });
});

test('what FEED says wins', async () => {
  expect(await chooseSource(config({ FEED: 'live' }), silent)).toEqual({ kind: 'live' });
  expect(await chooseSource(config({ FEED: 'simulated' }), answers)).toMatchObject({ kind: 'simulated' });
});
