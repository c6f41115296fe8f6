import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadConfig, readConfig } from './config.ts';
import { envExample } from './envExample.ts';
import { ConfigError } from './errors.ts';

function problemsOf(environment: Record<string, string>): ConfigError {
  try {
    readConfig(environment, '/');
  } catch (error) {
    if (error instanceof ConfigError) return error;
  }
  throw new Error('it was accepted');
}

describe('readConfig', () => {
  test('has standard values, and takes paths from the folder', () => {
    expect(readConfig({}, '/clone')).toMatchObject({
      DATA_DIR: '/clone/data',
      PORT: 8080,
      HOST: '127.0.0.1',
      DATABASE_URL: null,
      DATABASE_PORT: null,
      LOG_LEVEL: 'info',
      SIMULATOR_SEED: 42,
      REPLAY_SPEED: 'max',
      warnings: [],
    });
  });

  test('takes an empty value for none', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: ' ' }, '/')).toMatchObject({
      PORT: 8080,
      DATABASE_URL: null,
    });
  });

  test.each([
    ['PORT', '80a'],
    ['PORT', '65536'],
    ['PORT', '1.5'],
    ['PORT', '-1'],
    ['API_KEYS', 'none'],
    ['API_ORIGINS', '*'],
    ['API_RATE', '0'],
    ['LOG_LEVEL', 'loud'],
    ['DATABASE_PORT', '0'],
    ['SIMULATOR_SEED', '1e3'],
    ['SIMULATOR_MARKETS', '0'],
    ['SIMULATOR_RATE', 'Infinity'],
    ['REPLAY_SPEED', 'fast'],
    ['REPLAY_SPEED', '0'],
  ])('refuses %s=%s and says what is allowed', (variable, value) => {
    const { problems, message } = problemsOf({ [variable]: value });
    expect(problems).toEqual([{ variable, value: `'${value}'`, allowed: expect.any(String) }]);
    expect(message).toContain(`${variable} is '${value}'; it has to be `);
  });

  test('lists every problem, and shows no secret', () => {
    const { problems, message } = problemsOf({ PORT: 'x', DATABASE_URL: 'mysql://me:hunter2@host/db' });
    expect(problems.map(({ variable }) => variable)).toEqual(['DATABASE_URL', 'PORT']);
    expect(message).not.toContain('hunter2');
  });

  test.each([
    ['SIMULATOR_SED', 'SIMULATOR_SEED'],
    ['DATADIR', 'DATA_DIR'],
    ['DATABASE_ULR', 'DATABASE_URL'],
    ['TICKWAVE_PORT', 'PORT'],
    ['KAFKA_BROKER', 'KAFKA_BROKERS'],
  ])('asks whether %s was meant to be %s', (written, meant) => {
    expect(readConfig({ [written]: 'x' }, '/').warnings).toEqual([
      `${written} is not a variable of Tickwave: did you mean ${meant}?`,
    ]);
  });

  test('leaves other programs their variables', () => {
    const theirs = {
      HOME: '/',
      HOSTNAME: 'x',
      PATH: '/',
      SHORT: '1',
      USER: 'me',
      PGPORT: '1',
      TICKWAVE_DATA: '/',
      DATABASE: 'x',
    };
    expect(readConfig(theirs, '/').warnings).toEqual([]);
  });

  test('reads markets, each once', () => {
    expect(readConfig({ MARKETS: 'btc/usd, kraken:BTC-USD,binance:BTC/USDT' }, '/').MARKETS).toEqual([
      { exchange: 'kraken', symbol: 'BTC/USD' },
      { exchange: 'binance', symbol: 'BTC/USDT' },
    ]);
    expect(problemsOf({ MARKETS: 'kraken:BTCUSD' }).message).toContain("MARKETS is 'kraken:BTCUSD'");
  });

  test('reads the addresses of exchanges', () => {
    const urls = 'kraken=ws://127.0.0.1:1/v2,kraken=http://127.0.0.1:2/';
    expect(readConfig({ EXCHANGE_URLS: urls }, '/').EXCHANGE_URLS).toEqual([
      { exchange: 'kraken', kind: 'websocket', url: 'ws://127.0.0.1:1/v2' },
      { exchange: 'kraken', kind: 'rest', url: 'http://127.0.0.1:2' },
    ]);
  });
});

test('the environment wins over .env', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tickwave-env-'));
  writeFileSync(join(folder, '.env'), 'PORT=1234\nSIMULATOR_SEED=7 # a comment\n');
  expect(loadConfig({ PORT: '4321' }, folder)).toMatchObject({ PORT: 4321, SIMULATOR_SEED: 7 });
  rmSync(folder, { recursive: true });
});

test('.env.example is in step: npm run env-example writes it anew', () => {
  expect(readFileSync(new URL('../.env.example', import.meta.url), 'utf8')).toBe(envExample());
});
