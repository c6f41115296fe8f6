import { basename } from 'node:path';
import { MemoryLanding } from '../../connectors/memoryLanding.ts';
import { replay } from '../../connectors/replay/replay.ts';
import type { Clock } from '../../engine/clock.ts';
import { Recording } from './recording.ts';
import { type DemoSource, plainTime } from './source.ts';

export interface TradesDemoOptions {
  readonly files: readonly string[];
  readonly exchange?: string;
  readonly symbol?: string;
  readonly map?: string;
  readonly horizonMinutes: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: (share: number) => void;
}

/** Recorded trades, merged in the order of time, with heartbeats for the minutes that they cover. */
export async function tradesDemo(options: TradesDemoOptions): Promise<DemoSource> {
  const { files, exchange, symbol, map, horizonMinutes, clock, signal, onProgress } = options;
  const memory = new MemoryLanding();
  const named = {
    ...(exchange === undefined ? {} : { exchange }),
    ...(symbol === undefined ? {} : { symbol }),
    ...(map === undefined ? {} : { map }),
  };
  const report = await replay({
    files: files.map((path) => ({ path, ...named })),
    ...{ landing: memory, clock, signal, speed: 'max' },
    onProgress: ({ share }) => onProgress(share),
  });
  const recording = new Recording();
  for (const trade of memory.stored.trades.values()) recording.trade(trade);
  for (const heartbeat of memory.stored.heartbeats.values()) recording.heartbeat(heartbeat);
  const markets = recording.markets;
  const title = `${markets.map((market) => market.symbol).join(', ')}, ${horizonMinutes} minutes ahead`;
  return {
    recording,
    studies: [{ name: `demo-trades-${horizonMinutes}m`, title, markets, horizonMinutes }],
    about: {
      kind: 'trades',
      about: `Recorded trades of ${markets.map((market) => `${market.exchange} ${market.symbol}`).join(', ')}, replayed.`,
      files: files.map((path) => basename(path)),
      notes: report.bad === 0 ? [] : [`${report.bad} rows could not be read and were left out.`],
      barMinutes: 1,
    },
    timeOf: plainTime,
  };
}
