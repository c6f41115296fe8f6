import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pino from 'pino';
import { BadKey, BadKeyFile, PublicWithoutKeys } from './errors.ts';
import { FixedWindows } from './fixedWindows.ts';
import { addKey, readKeys, revokeKey } from './keyFile.ts';
import { Keyring } from './keyring.ts';
import { isLoopback } from './loopback.ts';
import { openGate } from './openGate.ts';

const logger = pino({ level: 'silent' });
const wish = { name: 'desk', scopes: ['read'], rate: null } as const;
let folder: string;
let path: string;
let time: number;
const clock = { now: () => time };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickwave-keys-'));
  path = join(folder, 'api-keys.json');
  time = Date.UTC(2026, 0, 1);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the file', () => {
  test('has no key that could be used, and its owner alone can read it', () => {
    const text = addKey(path, wish, time);
    expect(text).toMatch(/^tw_[0-9a-f]{8}_[\w-]{43}$/);
    const [record] = readKeys(path);
    expect(record).toMatchObject({ name: 'desk', scopes: ['read'], created_at: '2026-01-01T00:00:00.000Z' });
    expect(JSON.stringify(record)).not.toContain(text.slice(12));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('takes a name once, until its key is revoked', () => {
    addKey(path, wish, time);
    expect(() => addKey(path, wish, time)).toThrow(BadKey);
    revokeKey(path, 'desk', time);
    addKey(path, wish, time);
    expect(() => revokeKey(path, 'other', time)).toThrow("There is no key 'other' in force");
    expect(() => addKey(path, { ...wish, name: 'a\nb' }, time)).toThrow('letters, digits');
  });

  test.each(['{', '{"keys":[{}]}', '[]'])('%s is not taken for one', (text) => {
    writeFileSync(path, text);
    expect(() => new Keyring(path, clock, logger)).toThrow(BadKeyFile);
  });
});

describe('the keyring', () => {
  test('knows a key that was added while it runs, and no longer one that was revoked', () => {
    const ring = new Keyring(path, clock, logger);
    expect(ring.inForce).toBe(false);
    const text = addKey(path, wish, time);
    expect(ring.find(text)).toBeNull();
    time += 1_000;
    expect(ring.find(text)).toMatchObject({ name: 'desk' });
    revokeKey(path, 'desk', time);
    time += 1_000;
    expect([ring.find(text), ring.inForce]).toEqual([null, false]);
  });

  test('takes no other key with a known id, and nothing that is no key', () => {
    const text = addKey(path, wish, time);
    const ring = new Keyring(path, clock, logger);
    const other = `${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`;
    for (const wrong of [other, text.slice(0, -1), `${text} `, '', 'tw_', text.toUpperCase(), text.slice(3)])
      expect(ring.find(wrong)).toBeNull();
    expect(ring.find(text)).not.toBeNull();
  });

  test('accepts nobody while its file is broken', () => {
    const text = addKey(path, wish, time);
    const ring = new Keyring(path, clock, logger);
    writeFileSync(path, 'broken');
    time += 1_000;
    expect(ring.find(text)).toBeNull();
  });
});

describe('the gate', () => {
  const open = (host: string, keys: 'auto' | 'required' = 'auto') =>
    openGate({ host, keyFile: path, keys, origins: [], clock, logger });

  test('does not open to others without a key', () => {
    expect(() => open('0.0.0.0')).toThrow(PublicWithoutKeys);
    expect(() => open('0.0.0.0')).toThrow("HOST is '0.0.0.0', which others can reach");
    addKey(path, wish, time);
    expect(open('0.0.0.0').keysRequired).toBe(true);
    revokeKey(path, 'desk', time);
    expect(() => open('::')).toThrow(PublicWithoutKeys);
  });

  test('stands open to this machine, unless told otherwise', () => {
    expect([open('127.0.0.1').keysRequired, open('::1', 'required').keysRequired]).toEqual([false, true]);
  });

  test.each([
    ['localhost', true],
    ['LOCALHOST', true],
    ['127.8.9.1', true],
    ['::1', true],
    ['0.0.0.0', false],
    ['127.0.0.1.evil.example', false],
    ['localhost.evil.example', false],
    ['10.0.0.1', false],
    ['::ffff:10.0.0.1', false],
    ['', false],
  ])('%s is this machine: %s', (host, own) => {
    expect(isLoopback(host)).toBe(own);
  });
});

test('counts a minute per client, and forgets the first of too many', () => {
  const windows = new FixedWindows(clock);
  const hits = (client: string): number => windows.hit(client).hits;
  expect([hits('a'), hits('a'), hits('b')]).toEqual([1, 2, 1]);
  time += 59_999;
  expect(hits('a')).toBe(3);
  time += 1;
  expect(hits('a')).toBe(1);
  for (let n = 0; n < 10_000; n++) hits(`n${n}`);
  expect([hits('n9999'), hits('a')]).toEqual([2, 1]);
});
