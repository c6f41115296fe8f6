import { type Command, InvalidArgumentError } from 'commander';
import type { Config } from '../../config/config.ts';
import type { TradeFileOptions } from '../../connectors/files/tradeFile.ts';
import { PostgresLanding } from '../../connectors/postgresLanding.ts';
import type { ReplayProgress } from '../../connectors/replay/progress.ts';
import { type ReplayReport, replay } from '../../connectors/replay/replay.ts';
import type { Clock } from '../../engine/clock.ts';
import { count } from '../progress.ts';
import { plainReport, type Source } from './source.ts';

/** Flags that say what the files are and how they are replayed. */
export interface ReplayFlags {
  readonly exchange?: string;
  readonly symbol?: string;
  readonly layout?: string;
  readonly map?: string;
  readonly speed?: number | 'max';
  readonly shiftToNow?: true;
  readonly again?: true;
}

/** What is replayed, and how. */
export interface Replayed {
  readonly files: readonly TradeFileOptions[];
  readonly speed: number | 'max';
  readonly shiftToNow: boolean;
  readonly again: boolean;
}

/** Adds the flags of a replay to a verb. */
export function replayFlags(command: Command): Command {
  return command
    .option('--exchange <name>', 'exchange of files that do not say, as kraken')
    .option('--symbol <market>', 'market of files that do not say, as BTC/USD')
    .option('--layout <name>', 'layout of the files, where their beginning does not tell')
    .option('--map <columns>', 'columns of the files, as ts=time_ms:ms,price=price,quantity=amount,side=side')
    .option(
      '--speed <times>',
      "'max', or how many times as fast as it was (default: REPLAY_SPEED)",
      readSpeed,
    )
    .option('--shift-to-now', 'move all times so that the first trade is of this minute')
    .option('--again', 'read again what earlier runs have stored');
}

/** Reads `--speed`. */
function readSpeed(text: string): number | 'max' {
  if (text === 'max') return text;
  const speed = Number(text);
  if (!(speed > 0 && Number.isFinite(speed)))
    throw new InvalidArgumentError("Give 'max' or a number above 0.");
  return speed;
}

/** Files and flags as one. */
export function replayOptions(files: readonly string[], flags: ReplayFlags, config: Config): Replayed {
  const { exchange, symbol, layout, map } = flags;
  const common = {
    ...(exchange === undefined ? {} : { exchange }),
    ...(symbol === undefined ? {} : { symbol }),
    ...(layout === undefined ? {} : { layout }),
    ...(map === undefined ? {} : { map }),
  };
  return {
    files: files.map((path) => ({ path, ...common })),
    speed: flags.speed ?? config.REPLAY_SPEED,
    shiftToNow: flags.shiftToNow === true,
    again: flags.again === true,
  };
}

export interface ReplayRun extends Replayed {
  /** Address of the database, as its owner. */
  readonly url: string;
  readonly clock: Clock;
  readonly onProgress?: (progress: ReplayProgress) => void;
}

/** Replays files into the landing tables of a database. */
export async function replayInto(run: ReplayRun, signal: AbortSignal): Promise<ReplayReport> {
  // A replay that was cut off goes on from what was stored with its position, so a commit need not wait for the disk.
  const landing = new PostgresLanding({ connection: run.url, durable: false });
  try {
    return await replay({
      files: run.files,
      landing,
      clock: run.clock,
      speed: run.speed,
      again: run.again,
      signal,
      ...(run.shiftToNow ? { shiftTo: 'now' } : {}),
      ...(run.onProgress === undefined ? {} : { onProgress: run.onProgress }),
    });
  } finally {
    await landing.close();
  }
}

/** Recorded trades as the source of `start`. */
export function replaySource(run: ReplayRun): Source {
  let state = { landed: 0, doing: 'opening files' };
  const what = `${run.files.length} file${run.files.length === 1 ? '' : 's'}`;
  const banner = `no live feed, replaying ${what} of recorded trades, ${run.speed === 'max' ? 'as fast as the database takes them' : `at ${run.speed} times their speed`}`;
  return {
    banner,
    name: `replay of ${run.files.map(({ path }) => path).join(', ')}`,
    landed: () => state.landed,
    doing: () => state.doing,
    report: () => plainReport('replay', banner),
    async run(signal) {
      const onProgress = ({ rows, duplicates, share, at }: ReplayProgress): void => {
        state = {
          landed: rows - duplicates,
          doing: `replaying, ${Math.floor(share * 100)} %, at ${at?.slice(0, 19) ?? 'the beginning'}`,
        };
      };
      const report = await replayInto({ ...run, onProgress }, signal);
      state.doing = `replay finished with ${count(report.bad)} bad rows`;
    },
  };
}
