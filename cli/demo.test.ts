import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadConfig } from '../config/config.ts';
import { MemoryLanding } from '../connectors/memoryLanding.ts';
import { systemClock } from '../engine/clock.ts';
import type { Report } from '../jobs/report/report.ts';
import { type Workplace, waitFor, workplace } from '../test/support/cli.ts';
import type { Context } from './context.ts';
import { candlesDemo } from './demo/candles.ts';
import { demo } from './demo.ts';
import { exitCodeOf } from './exitCodes.ts';

let place: Workplace;
let folder: string;

beforeAll(() => {
  place = workplace();
  folder = dirname(place.dataDir);
});

afterAll(() => place.remove());

function candles(name: string, hours: number, stepMinutes: number): string {
  const rows = Array.from({ length: (hours * 60) / stepMinutes }, (_, row) => {
    const at = new Date(Date.UTC(2024, 0, 1) + row * stepMinutes * 60_000).toISOString();
    const close = (100 + 5 * Math.sin(row / 7)).toFixed(2);
    return `${at},${close},${close},${close},${close},1`;
  });
  const path = join(folder, name);
  writeFileSync(path, `time,open,high,low,close,volume\n${rows.join('\n')}\n`);
  return path;
}

/** What a command line is refused with, without a process of its own. */
async function refusal(...args: readonly string[]): Promise<string> {
  const said: string[] = [];
  const nothing = (): void => {};
  const context: Context = {
    terminal: {
      print: nothing,
      say: nothing,
      warn: nothing,
      fail: nothing,
      debug: nothing,
      interactive: false,
    },
    config: () => loadConfig({}, folder),
    progress: () => ({ begin: nothing, at: nothing, end: nothing }),
    finish: (code) => said.push(`it ended with ${code}`),
  };
  const command = demo(context)
    .exitOverride()
    .configureOutput({ writeErr: (text) => said.push(text) });
  await command
    .parseAsync(['--out', join(folder, 'never'), ...args], { from: 'user' })
    .catch((error: unknown) => {
      said.push(`${exitCodeOf(error)} ${error instanceof Error ? error.message : ''}`);
    });
  return said.join('\n');
}

describe('refused before anything is tried:', () => {
  test.each([
    [['--candls', 'x.csv'], 'Did you mean --candles?'],
    [['--horizon', '7'], 'Allowed choices are 5, 15, 60'],
    [['--train-share', '1.5'], 'Give a share from 0.1 to 0.9'],
    [['--hours', '3'], 'Give a whole number from 24 on'],
    [['--candles', 'a.csv', '--trades', 'b.csv'], '2 --candles and --trades are given'],
    [['--bar-minutes', '60'], '2 --bar-minutes is given; it says how long the bars of --candles are'],
  ])('%j', async (args, complaint) => {
    expect(await refusal(...args)).toContain(complaint);
    expect(existsSync(join(folder, 'never'))).toBe(false);
  });

  test('a data folder that holds something', async () => {
    const kept = join(folder, 'kept');
    mkdirSync(kept);
    writeFileSync(join(kept, 'mine'), '');
    expect(await refusal('--data-dir', kept)).toContain('2 --data-dir is');
    expect(existsSync(join(kept, 'mine'))).toBe(true);
  });
});

test('hours are no minutes, unless they are told as such', async () => {
  const files = [candles('kraken_btcusd_hourly.csv', 48, 60)];
  const options = { files, quietBars: 0, horizonMinutes: 5, clock: systemClock, onProgress: () => {} };
  await expect(candlesDemo({ ...options, barMinutes: 1 })).rejects.toThrow('bars that are 1 hour apart');
  const { recording, studies, about, timeOf } = await candlesDemo({ ...options, barMinutes: 60 });
  const { startMs, endMs } = recording.tape(new MemoryLanding());
  expect([timeOf(startMs), endMs - startMs]).toEqual(['2024-01-01T00:00:00.000Z', 48 * 60_000]);
  expect(studies[0]?.title).toBe('BTC/USD, 5 hours ahead');
  expect(about.notes[0]).toContain('Each bar of 1 hour was told as one minute');
});

test('short holes are quiet minutes, long ones unknown', async () => {
  const path = candles('kraken_btcusd_holes.csv', 1, 1);
  const lines = readFileSync(path, 'utf8').split('\n');
  // Minutes 10 and 11 are missing, and 30 to 33.
  writeFileSync(path, lines.filter((_, row) => ![11, 12, 31, 32, 33, 34].includes(row)).join('\n'));
  const options = { files: [path], horizonMinutes: 5, clock: systemClock, onProgress: () => {} };
  const { recording, about } = await candlesDemo({ ...options, barMinutes: 1, quietBars: 3 });
  const landing = new MemoryLanding();
  const tape = recording.tape(landing);
  expect(await tape.landUntil(tape.startMs + 20 * 60_000)).toBe(20);
  expect(await tape.landUntil(tape.endMs)).toBe(36);
  expect([...landing.stored.heartbeats.values()].map(({ minute }) => minute.slice(11, 16))).toEqual([
    '00:10',
    '00:11',
  ]);
  expect([landing.stored.candles.size, tape.rowsUntil(tape.endMs)]).toEqual([54, 56]);
  expect(about.notes[0]).toContain('2 missing bars, at most 3 in a row');
});

test('too little data gives a report that says why there is no verdict', async () => {
  const short = candles('kraken_btcusd_short.csv', 3, 1);
  const out = join(folder, 'report');
  const { code, stdout, stderr } = await place.run('demo', '--candles', short, '--out', out);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^BTC\/USD, 5 minutes ahead: No verdict: training_set has no rows of these markets/);
  const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Report;
  expect(report.source).toMatchObject({ kind: 'candles', candles: 180, files: ['kraken_btcusd_short.csv'] });
  expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('No verdict: training_set has no rows');
});

test('Ctrl-C ends it in order, without a report', async () => {
  const out = join(folder, 'none');
  const running = place.spawn(['demo', '--out', out, '--hours', '5000']);
  await waitFor('its first words', async () => running.stderr().includes('simulating'));
  running.signal('SIGINT');
  const { code, stderr } = await running.ended;
  expect(code).toBe(130);
  expect(stderr).toContain('stopped before the end; there is no report');
  expect(existsSync(out)).toBe(false);
});
