import { systemClock } from '../../engine/clock.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { candlesDemo } from './candles.ts';
import type { DemoFlags } from './flags.ts';
import { simulatedDemo } from './simulated.ts';
import type { DemoSource } from './source.ts';
import { tradesDemo } from './trades.ts';

/** Decides what is played, and gives how it is read. @throws UsageError */
export function chooseSource(
  context: Context,
  flags: DemoFlags,
): (signal: AbortSignal) => Promise<DemoSource> {
  const { candles, trades, exchange, symbol, map, barMinutes, hours, trainShare } = flags;
  if (candles !== undefined && trades !== undefined)
    throw new UsageError('--candles and --trades are given; a demo plays one of them');
  if (barMinutes !== 1 && candles === undefined)
    throw new UsageError('--bar-minutes is given; it says how long the bars of --candles are');
  const progress = context.progress();
  const common = {
    horizonMinutes: Number(flags.horizon),
    clock: systemClock,
    onProgress: (share: number) => progress.at(Math.floor(share * 100), { share }),
    ...(exchange === undefined ? {} : { exchange }),
    ...(symbol === undefined ? {} : { symbol }),
    ...(map === undefined ? {} : { map }),
  };
  return async (signal) => {
    progress.begin((candles ?? trades) ? 'reading files' : 'simulating two markets', 100, '%');
    try {
      if (candles !== undefined)
        return await candlesDemo({ ...common, files: candles, barMinutes, quietBars: flags.quiet });
      if (trades !== undefined) return await tradesDemo({ ...common, files: trades, signal });
      const seed = flags.seed ?? context.config().SIMULATOR_SEED;
      return await simulatedDemo({ ...common, seed, hours, trainShare, signal });
    } finally {
      progress.end();
    }
  };
}
