import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { describeWithData } from '../../test/support/data.ts';
import { ManualClock } from '../../test/support/manualClock.ts';
import type { Chunk, ChunkCounts } from '../fileLanding.ts';
import { isoOf } from '../instant.ts';
import { MemoryLanding } from '../memoryLanding.ts';
import { type ReplayOptions, type ReplayReport, replay } from './replay.ts';

const folder = mkdtempSync(join(tmpdir(), 'tickwave-replay-'));

afterAll(() => rmSync(folder, { recursive: true }));
const NOW = Date.UTC(2024, 8, 1);
const T0 = Date.UTC(2024, 7, 8);
let files = 0;

/** Rows of Binance's layout: id, milliseconds after T0. */
function file(rows: readonly (readonly [number, number])[], name = 'BTCUSDT-trades', extra = ''): string {
  const path = join(folder, `${name}-${files++}.csv`);
  const lines = rows.map(([id, ms]) => `${id},61000.${id % 10},0.5,1,${T0 + ms},true,true`);
  writeFileSync(path, `${lines.join('\n')}\n${extra}`);
  return path;
}
const run = (
  landing: MemoryLanding,
  paths: readonly string[],
  more: Partial<ReplayOptions> = {},
): Promise<ReplayReport> =>
  replay({
    files: paths.map((path) => ({ path })),
    landing,
    clock: new ManualClock(NOW),
    speed: 'max',
    ...more,
  });
const minutes = (landing: MemoryLanding): string[] =>
  [...landing.stored.heartbeats.values()].map((beat) => `${beat.symbol} ${beat.minute.slice(11, 16)}`);

/** Notes the order of arrival; fails or stops after some chunks. */
class Watched extends MemoryLanding {
  readonly order: string[] = [];
  chunks = 0;
  afterChunk: () => void = () => undefined;
  override async chunk(chunk: Chunk): Promise<ChunkCounts> {
    this.order.push(...(chunk.trades ?? []).map((trade) => `${trade.ts} ${trade.symbol} ${trade.tradeId}`));
    this.chunks++;
    const counts = await super.chunk(chunk);
    this.afterChunk();
    return counts;
  }
}

describe('replay', () => {
  test('merges files in order of time, then market, then id', async () => {
    const landing = new Watched();
    const a = file([
      [1, 0],
      [3, 20],
      [2, 10],
      [4, 30],
      [5, 90],
    ]);
    const b = file(
      [
        [1, 15],
        [2, 30],
      ],
      'ETHUSDT-trades',
    );
    const report = await run(landing, [b, a]);
    expect(landing.order.map((line) => `${Number(line.slice(20, 23))} ${line.slice(25)}`)).toEqual([
      '0 BTC/USDT 1',
      '10 BTC/USDT 2',
      '15 ETH/USDT 1',
      '20 BTC/USDT 3',
      '30 BTC/USDT 4',
      '30 ETH/USDT 2',
      '90 BTC/USDT 5',
    ]);
    expect(report).toMatchObject({ rows: 7, duplicates: 0, bad: 0, late: 0, completed: true });
  });

  test('delivers a row that is far out of order, and counts it', async () => {
    const landing = new Watched();
    const rows = Array.from({ length: 20_000 }, (_, i) => [i + 1, i] as const);
    const report = await run(landing, [file([...rows, [20_001, 5]])], { reorderRows: 100 });
    expect(report).toMatchObject({ rows: 20_001, late: 1 });
    expect(landing.order.at(-1)).not.toContain('20001');
  });

  test('reads packed files, and says what to do with a zip', async () => {
    const landing = new MemoryLanding();
    const packed = join(folder, 'XBTUSD.csv.gz');
    writeFileSync(
      packed,
      gzipSync('1561939203,10749.4,0.004\n1561939203,10749.5,1e-05\n1561939204,10749.5,2\n'),
    );
    await run(landing, [packed]);
    expect([...landing.stored.trades.values()].map((t) => [t.tradeId, t.symbol, t.quantity, t.side])).toEqual(
      [
        ['1561939203000000000', 'BTC/USD', '0.004', 'buy'],
        ['1561939203000000001', 'BTC/USD', '0.00001', 'buy'],
        ['1561939204000000000', 'BTC/USD', '2', 'buy'],
      ],
    );
    const zip = join(folder, 'BTCUSDT.zip');
    writeFileSync(zip, 'PK\u0003\u0004rest');
    await expect(run(landing, [zip])).rejects.toThrow('Unpack it first');
    await expect(run(landing, [join(folder, 'none.csv')])).rejects.toThrow('cannot be read');
  });

  test('bad rows become dead letters with reason and bytes, and the rest arrives', async () => {
    const landing = new MemoryLanding();
    const bad = [
      `2,NaN,0.5,1,${T0},true,true`,
      `3,-5,0.5,1,${T0},true,true`,
      `4,61000,0,1,${T0},true,true`,
      `5,61000,0.5,1,${NOW + 2 * 86_400_000},true,true`,
      '6,61000,0.5,1,1000000000000,true,true',
      `7,61000,0.5,1,${T0},maybe,true`,
      '8,61000',
      `"9,61000,0.5,1,${T0},true,true`,
      'x'.repeat(1_000_000),
      `x,61000,0.5,1,${T0},true,true`,
    ];
    const path = file([[1, 0]], 'BTCUSDT-trades', `${bad.join('\n')}\n\n11,61000,1e-05,1,${T0},False,true\n`);
    const report = await run(landing, [path]);
    expect(report).toMatchObject({ rows: 2, bad: 10 });
    const letters = [...landing.stored.deadLetters.values()];
    expect(letters.map((letter) => letter.reason.slice(0, 60))).toMatchSnapshot();
    expect(letters[0]?.place).toBe(`${path}:2`);
    expect(Buffer.from(letters[0]?.raw ?? []).toString()).toBe(bad[0]);
    expect(letters[8]?.raw.length).toBe(64 * 1024);
    await expect(run(new MemoryLanding(), [path], { maxBadRows: 3 })).rejects.toThrow('maxBadRows');
  });

  test('beats for whole minutes between first and last trade, empty ones too, of each market', async () => {
    const landing = new MemoryLanding();
    const a = file([
      [1, 30_000],
      [2, 61_000],
      [3, 260_000],
      [4, 299_000],
    ]);
    const b = file(
      [
        [1, 0],
        [2, 400_000],
      ],
      'ETHUSDT-trades',
    );
    await run(landing, [a, b]);
    expect(minutes(landing)).toEqual(
      expect.arrayContaining([
        'BTC/USDT 00:01',
        'BTC/USDT 00:02',
        'BTC/USDT 00:03',
        'ETH/USDT 00:00',
        'ETH/USDT 00:05',
      ]),
    );
    expect(minutes(landing)).toHaveLength(3 + 6);
  });

  test('a file goes on where another ended only if the ids prove it', async () => {
    const [joined, apart] = [new MemoryLanding(), new MemoryLanding()];
    const first = file([
      [1, 0],
      [2, 90_000],
    ]);
    await run(joined, [
      file([
        [3, 100_000],
        [4, 200_000],
      ]),
      first,
    ]);
    expect(minutes(joined).sort()).toEqual(['BTC/USDT 00:00', 'BTC/USDT 00:01', 'BTC/USDT 00:02']);
    await run(apart, [
      first,
      file([
        [9, 100_000],
        [10, 200_000],
      ]),
    ]);
    expect(minutes(apart).sort()).toEqual(['BTC/USDT 00:00', 'BTC/USDT 00:02']);
  });

  test('broken off anywhere and begun again, any replay stores what an unbroken one stores', async () => {
    const row = fc.tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 0, max: 600_000 }));
    const rows = fc
      .array(row, { minLength: 1, maxLength: 60 })
      .map((list) => list.toSorted((a, b) => a[1] - b[1]));
    await fc.assert(
      fc.asyncProperty(
        rows,
        rows,
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        async (a, b, chunkRows, noIds) => {
          const paths = noIds
            ? [withoutIds(a, 'XBTUSD'), withoutIds(b, 'ETHUSD')]
            : [file(a), file(b, 'ETHUSDT')];
          const whole = new MemoryLanding();
          await run(whole, paths, { chunkRows });
          const broken = new Watched();
          for (let runs = 0; ; runs++) {
            expect(runs).toBeLessThan(200);
            const abort = new AbortController();
            broken.afterChunk = () => abort.abort();
            if ((await run(broken, paths, { chunkRows, reorderRows: 2, signal: abort.signal })).completed)
              break;
          }
          const keys = (landing: MemoryLanding, what: 'trades' | 'heartbeats'): string[] =>
            [...landing.stored[what].keys()].sort();
          expect(keys(broken, 'trades')).toEqual(keys(whole, 'trades'));
          expect(keys(broken, 'heartbeats')).toEqual(keys(whole, 'heartbeats'));
          for (const position of broken.stored.positions.values()) expect(position.done).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('the same files again change nothing, and a file that was replaced is read anew', async () => {
    const landing = new MemoryLanding();
    const path = file([
      [1, 0],
      [2, 10],
    ]);
    await run(landing, [path]);
    expect(await run(landing, [path])).toMatchObject({ rows: 0, resumed: 2 });
    expect(await run(landing, [path], { again: true })).toMatchObject({ rows: 2, duplicates: 2 });
    writeFileSync(path, `2,61000,0.5,1,${T0},true\n3,61000,0.5,1,${T0},true\n`);
    expect(await run(landing, [path])).toMatchObject({ rows: 2, duplicates: 1, resumed: 0 });
    expect(landing.stored.trades.size).toBe(3);
  });

  test('keeps the pace, and beats while nothing trades', async () => {
    const landing = new MemoryLanding();
    const clock = new ManualClock(NOW);
    const path = file([
      [1, 0],
      [2, 30_000],
      [3, 600_000],
    ]);
    const seen: (readonly [number, number, number])[] = [];
    const work = run(landing, [path], {
      clock,
      speed: 10,
      onProgress: ({ rows, heartbeats }) => seen.push([(clock.now() - NOW) / 1000, rows, heartbeats]),
    });
    await clock.runUntil(work);
    expect(clock.now() - NOW).toBe(60_000);
    expect(seen.find(([, rows]) => rows === 2)?.[0]).toBe(3);
    const third = seen.find(([, , beats]) => beats === 3);
    expect([third?.[0], third?.[1]]).toEqual([19, 2]);
    expect(landing.stored.heartbeats.size).toBe(10);
  });

  test('moves times to now by whole minutes, with ids of their own', async () => {
    const landing = new MemoryLanding();
    const clock = new ManualClock(NOW + 12_345);
    const path = file([
      [1, 30_000],
      [2, 61_000],
    ]);
    await clock.runUntil(run(landing, [path], { clock, speed: 1, shiftTo: 'now' }));
    const shifted = [...landing.stored.trades.values()];
    expect(shifted.map((trade) => trade.ts)).toEqual([
      isoOf((NOW - 30_000) * 1000),
      isoOf((NOW + 1000) * 1000),
    ]);
    expect(shifted.map((trade) => trade.tradeId)).toEqual([
      `${(NOW - 30_000) * 1000}000`,
      `${(NOW + 1000) * 1000}000`,
    ]);
    expect(shifted[0]?.exchange).toBe('binance');
    expect(landing.stored.positions.size).toBe(0);
  });
});

/** Rows of Kraken's layout without ids, with several trades in one second. */
function withoutIds(rows: readonly (readonly [number, number])[], name: string): string {
  const path = join(folder, `${name}-${files++}.csv`);
  const second = (ms: number): number => Math.floor((T0 + ms) / 1000);
  writeFileSync(path, rows.map(([id, ms]) => `${second(ms)},${id},1\n`).join(''));
  return path;
}

const RECORDED = [
  'trades/kraken_BTCUSD_trades_20190701_00h.csv',
  'trades/binance_spot_btcusdt_20240808_trades.csv',
  'trades/binance_spot_btcusdt_20240809_trades.csv',
  'trades/binance_spot_ethusdt_20240808_trades.csv',
  'trades/binance_spot_ethusdt_20240809_trades.csv',
];

describeWithData('replay of recorded trades', RECORDED, (...paths) => {
  test('lands each trade once, and each whole minute, however often it is replayed', async () => {
    const landing = new MemoryLanding();
    expect(await run(landing, paths)).toMatchObject({ rows: 2672 + 34_419, duplicates: 0, bad: 0, late: 0 });
    expect(landing.stored.trades.size).toBe(2672 + 34_419);
    const beats = [...landing.stored.heartbeats.values()];
    expect(beats.filter((beat) => beat.exchange === 'kraken')).toHaveLength(58);
    // 23:55 to 00:04 without the cut edges, over midnight, for both markets.
    expect(beats.filter((beat) => beat.exchange === 'binance')).toHaveLength(2 * 10);
    await run(landing, paths, { again: true });
    expect(landing.stored.trades.size).toBe(2672 + 34_419);
    expect(landing.stored.heartbeats.size).toBe(78);
  });
});
