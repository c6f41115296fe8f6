import { Command } from 'commander';
import { type ImportReport, importCandles } from '../connectors/import/importCandles.ts';
import { PostgresLanding } from '../connectors/postgresLanding.ts';
import { systemClock } from '../engine/clock.ts';
import type { Context } from './context.ts';
import { EXIT } from './exitCodes.ts';
import { importStories } from './importNews.ts';
import { onInterrupt } from './interrupt.ts';
import { count } from './progress.ts';
import { type Session, withSession } from './session.ts';

interface Flags {
  readonly exchange?: string;
  readonly symbol?: string;
  readonly map?: string;
  readonly again?: true;
  readonly news?: true;
  readonly json?: true;
}

/** `tickwave import` */
export function importVerb(context: Context): Command {
  return new Command('import')
    .description(
      'import one-minute candles as history; used where no trades cover the minute. With --news: stories',
    )
    .argument('<files...>', 'CSV, plain or gzipped: Kraken OHLCVT, Binance klines, or with --map')
    .option('--news', 'the files are news: NDJSON, or CSV with a header')
    .option('--exchange <name>', 'exchange of files that do not say, as kraken')
    .option('--symbol <market>', 'market of files that do not say, as BTC/USD')
    .option('--map <columns>', 'columns of the files')
    .option('--again', 'read again what earlier runs have stored')
    .option('--json', 'the report as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (files: readonly string[], flags: Flags) =>
      context.finish(
        flags.news ? await importStories(context, files, flags) : await run(context, files, flags),
      ),
    );
}

const EXAMPLES = `
Examples:
  $ tickwave import XBTUSD_1.csv --exchange kraken
  $ tickwave import BTCUSDT-1m-2024-*.csv
  $ tickwave import --news --map title=headline,published_at=ts headlines.csv

An import that was ended by Ctrl-C goes on where it stopped when it is given the same files again.`;

async function run(context: Context, files: readonly string[], flags: Flags): Promise<number> {
  const { exchange, symbol, map, again = false } = flags;
  const common = {
    ...(exchange === undefined ? {} : { exchange }),
    ...(symbol === undefined ? {} : { symbol }),
    ...(map === undefined ? {} : { map }),
  };
  const signal = onInterrupt(context.terminal.say);
  const report = await withSession(context, 'import', async (session: Session) => {
    // An import that was cut off goes on from what was stored with its position, so a commit need not wait for the disk.
    const landing = new PostgresLanding({ connection: session.url, durable: false });
    const progress = context.progress();
    progress.begin('importing', null, 'candles');
    try {
      const imported = importCandles({
        files: files.map((path) => ({ path, ...common })),
        landing,
        clock: systemClock,
        again,
        signal,
        onProgress: ({ rows, share, path }) =>
          progress.at(rows, { share, note: path.split('/').at(-1) ?? '' }),
      });
      return await Promise.race([imported, session.lost.then((error) => Promise.reject(error))]);
    } finally {
      progress.end();
      await landing.close();
    }
  });
  print(context, report, flags.json === true);
  return report.completed ? EXIT.ok : EXIT.interrupted;
}

function print({ terminal }: Context, report: ImportReport, json: boolean): void {
  if (json) {
    terminal.print(JSON.stringify(report));
    return;
  }
  const { rows, duplicates, bad, resumed, rate, completed } = report;
  const parts = [
    `${count(rows - duplicates)} candles stored`,
    ...(duplicates > 0 ? [`${count(duplicates)} were there already`] : []),
    ...(resumed > 0 ? [`${count(resumed)} rows skipped: an earlier run stored them`] : []),
  ];
  terminal.print(`${parts.join(', ')}; ${count(rate)} candles/s`);
  if (bad > 0)
    terminal.print(
      `${count(bad)} bad rows were set aside: select place, reason from dead_letters where source = 'import'`,
    );
  if (!completed) terminal.say('stopped before the end; the same command goes on from here');
}
