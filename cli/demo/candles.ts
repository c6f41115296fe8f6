import { basename } from 'node:path';
import { candleRows } from '../../connectors/import/candleFile.ts';
import { checkBarMinutes, realTime } from '../../connectors/import/toldBars.ts';
import { isoOf } from '../../connectors/instant.ts';
import type { ImportedCandle } from '../../connectors/landing.ts';
import type { Clock } from '../../engine/clock.ts';
import { minutesText } from '../../jobs/report/format.ts';
import { Recording } from './recording.ts';
import { type DemoSource, plainTime } from './source.ts';

const MINUTE = 60_000;

export interface CandlesDemoOptions {
  readonly files: readonly string[];
  readonly exchange?: string;
  readonly symbol?: string;
  readonly map?: string;
  /** Length of the files' bars; each is told as a minute. */
  readonly barMinutes: number;
  /** Missing bars in a row that are taken for bars without a trade, at most. */
  readonly quietBars: number;
  readonly horizonMinutes: number;
  readonly clock: Clock;
  readonly onProgress: (share: number) => void;
}

/** Recorded candles of any number of markets, one model for all of them. */
export async function candlesDemo(options: CandlesDemoOptions): Promise<DemoSource> {
  const { files, barMinutes, horizonMinutes } = options;
  checkBarMinutes(barMinutes);
  const recording = new Recording();
  const byMarket = new Map<string, ImportedCandle[]>();
  let bad = 0;
  for (const [index, path] of files.entries()) {
    bad += await readFile(path, options, byMarket);
    options.onProgress((index + 1) / files.length);
  }
  let quiet = 0;
  for (const candles of byMarket.values()) {
    for (const candle of candles) recording.candle(candle);
    quiet += fillQuiet(recording, candles, options.quietBars);
  }
  const markets = recording.markets;
  const ahead = minutesText(horizonMinutes * barMinutes);
  return {
    recording,
    studies: [
      {
        name: `demo-candles-${horizonMinutes}m`,
        title: `${markets.map(({ symbol }) => symbol).join(', ')}, ${ahead} ahead`,
        ...{ markets, horizonMinutes },
      },
    ],
    about: {
      kind: 'candles',
      about: `Recorded bars of ${minutesText(barMinutes)} of ${markets.map(({ exchange, symbol }) => `${exchange} ${symbol}`).join(', ')}, replayed.`,
      files: files.map((path) => basename(path)),
      notes: notesOf(options, quiet, bad),
      barMinutes,
    },
    timeOf: barMinutes === 1 ? plainTime : (ms) => plainTime(realTime(ms, barMinutes)),
  };
}

/** @returns rows that could not be read */
async function readFile(
  path: string,
  { exchange, symbol, map, barMinutes, clock }: CandlesDemoOptions,
  byMarket: Map<string, ImportedCandle[]>,
): Promise<number> {
  const file = {
    ...{ path, barMinutes, clock, onBytes: () => {} },
    ...(exchange === undefined ? {} : { exchange }),
    ...(symbol === undefined ? {} : { symbol }),
    ...(map === undefined ? {} : { map }),
  };
  let bad = 0;
  for await (const rows of candleRows(file))
    for (const { read } of rows) {
      if ('reason' in read) {
        bad++;
        continue;
      }
      const key = `${read.exchange} ${read.symbol}`;
      const known = byMarket.get(key) ?? [];
      known.push(read);
      byMarket.set(key, known);
    }
  return bad;
}

/** Short holes between two bars become heartbeats: minutes in which nothing traded. @returns how many */
function fillQuiet(recording: Recording, candles: readonly ImportedCandle[], quietBars: number): number {
  const starts = candles.map(({ windowStart }) => Date.parse(windowStart)).sort((a, b) => a - b);
  const [first] = candles;
  if (first === undefined) return 0;
  let filled = 0;
  for (const [index, start] of starts.entries()) {
    const missing = ((starts[index + 1] ?? start) - start) / MINUTE - 1;
    if (missing < 1 || missing > quietBars) continue;
    for (let step = 1; step <= missing; step++, filled++) {
      const minute = isoOf((start + step * MINUTE) * 1000);
      recording.heartbeat({ exchange: first.exchange, symbol: first.symbol, minute });
    }
  }
  return filled;
}

function notesOf(
  { barMinutes, quietBars }: CandlesDemoOptions,
  quiet: number,
  bad: number,
): readonly string[] {
  return [
    ...(barMinutes === 1
      ? []
      : [
          `Each bar of ${minutesText(barMinutes)} was told as one minute: "minute" in names of features, and the windows of 5 and 15 minutes and of an hour, mean bars, 5, 15 and 60 bars. Times in this report are the real ones.`,
        ]),
    ...(quiet === 0
      ? []
      : [
          `${quiet} missing bars, at most ${quietBars} in a row, were taken for bars without a trade; longer holes are unknown.`,
        ]),
    ...(bad === 0 ? [] : [`${bad} rows could not be read and were left out.`]),
  ];
}
