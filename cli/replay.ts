import { Command } from 'commander';
import type { ReplayReport } from '../connectors/replay/replay.ts';
import { systemClock } from '../engine/clock.ts';
import type { Context } from './context.ts';
import { EXIT } from './exitCodes.ts';
import { onInterrupt } from './interrupt.ts';
import { count } from './progress.ts';
import { type Session, withSession } from './session.ts';
import { type ReplayFlags, replayFlags, replayInto, replayOptions } from './sources/replayed.ts';

interface Flags extends ReplayFlags {
  readonly json?: true;
}

/** `tickwave replay` */
export function replayVerb(context: Context): Command {
  const command = new Command('replay')
    .description('replay recorded trades, merged in time order, and bring every view up to date')
    .argument('<files...>', 'CSV or NDJSON, plain or gzipped')
    .option('--json', 'the report as JSON');
  return replayFlags(command)
    .addHelpText('after', EXAMPLES)
    .action(async (files: readonly string[], flags: Flags) =>
      context.finish(await run(context, files, flags)),
    );
}

const EXAMPLES = `
Examples:
  $ tickwave replay BTCUSDT-trades-2024-08.csv ETHUSDT-trades-2024-08.csv
  $ tickwave replay trades.csv --exchange kraken --symbol BTC/USD --map ts=time_ms:ms,price=price,quantity=amount,side=side
  $ tickwave replay XBTUSD.csv --speed 60

A replay that was ended by Ctrl-C goes on where it stopped when it is given the same files again.
While \`tickwave start\` runs, the trades are written to it and it keeps the views up to date.`;

async function run(context: Context, files: readonly string[], flags: Flags): Promise<number> {
  const config = context.config();
  const options = replayOptions(files, flags, config);
  const signal = onInterrupt(context.terminal.say);
  const report = await withSession(context, 'replay', async (session: Session) => {
    const progress = context.progress();
    progress.begin('replaying', null, 'trades');
    const replayed = replayInto(
      {
        ...options,
        url: session.url,
        clock: systemClock,
        onProgress: ({ rows, share, at }) => progress.at(rows, { share, note: at?.slice(0, 19) ?? '' }),
      },
      signal,
    );
    const ended = await Promise.race([replayed, session.lost.then((error) => Promise.reject(error))]);
    progress.end();
    return ended;
  });
  print(context, report, flags.json === true);
  return report.completed ? EXIT.ok : EXIT.interrupted;
}

function print({ terminal }: Context, report: ReplayReport, json: boolean): void {
  if (json) {
    terminal.print(JSON.stringify(report));
    return;
  }
  const { rows, duplicates, bad, late, resumed, heartbeats, rate, at, completed } = report;
  const parts = [
    `${count(rows - duplicates)} trades stored`,
    ...(duplicates > 0 ? [`${count(duplicates)} were there already`] : []),
    ...(resumed > 0 ? [`${count(resumed)} rows skipped: an earlier run stored them`] : []),
    `${count(heartbeats)} minutes complete`,
    ...(late > 0 ? [`${count(late)} out of order`] : []),
  ];
  terminal.print(`${parts.join(', ')}; ${count(rate)} trades/s${at === null ? '' : `, up to ${at}`}`);
  if (bad > 0)
    terminal.print(
      `${count(bad)} bad rows were set aside: select place, reason from dead_letters where source = 'replay'`,
    );
  if (!completed) terminal.say('stopped before the end; the same command goes on from here');
}
