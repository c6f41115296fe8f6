import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { writeReport } from '../jobs/report/html/page.ts';
import type { Report } from '../jobs/report/report.ts';
import type { Context } from './context.ts';
import { chooseSource } from './demo/choose.ts';
import { type DemoFlags, STANDARD_HOURS } from './demo/flags.ts';
import { checkFolder, onStage } from './demo/stage.ts';
import { EXIT } from './exitCodes.ts';
import { onInterrupt } from './interrupt.ts';
import { wholeFrom } from './numbers.ts';
import { duration } from './progress.ts';

/** `tickwave demo` */
export function demo(context: Context): Command {
  return new Command('demo')
    .description('train, promote, score and measure a model on a tape, and write a report of it')
    .option('--candles <files...>', 'recorded candles, as `import` reads them')
    .option('--trades <files...>', 'recorded trades, as `replay` reads them')
    .option('--exchange <name>', 'exchange of files that do not say, as kraken')
    .option('--symbol <market>', 'market of files that do not say, as BTC/USD')
    .option('--map <columns>', 'columns of the files')
    .option(
      '--bar-minutes <minutes>',
      'length of the bars of --candles; each is told as one minute',
      wholeFrom(1),
      1,
    )
    .option(
      '--quiet <bars>',
      'missing bars in a row that are taken for bars without a trade',
      wholeFrom(0),
      10,
    )
    .addOption(
      new Option('--horizon <minutes>', 'how far ahead to predict, in minutes (or bars)')
        .choices(['5', '15', '60'])
        .default('5'),
    )
    .option('--hours <hours>', 'length of the simulated tape', wholeFrom(24), STANDARD_HOURS)
    .option('--seed <number>', 'of the simulated tape (default: SIMULATOR_SEED)', wholeFrom(0))
    .option('--train-share <share>', 'share of the tape that is trained on; the rest is replayed', share, 0.8)
    .addOption(
      new Option('--algorithm <name>', 'of the model in service; the others are compared')
        .choices(['auto', 'persistence', 'ridge', 'xgboost', 'lightgbm'])
        .default('auto'),
    )
    .option(
      '--step <minutes>',
      'minutes that are replayed at a time; the result is the same',
      wholeFrom(1),
      60,
    )
    .option('--out <folder>', 'where report.html and report.json are written', 'tickwave-demo')
    .option('--data-dir <folder>', 'keep the database here, to be asked later (default: a temporary folder)')
    .option('--json', 'the report on stdout too, as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: DemoFlags) => context.finish(await run(context, flags)));
}

const EXAMPLES = `
Examples:
  $ tickwave demo
  $ tickwave demo --candles BTCUSDT-1m-2024-*.csv --out report
  $ tickwave demo --candles Coinbase_BTCUSD_1h.csv --exchange coinbase --symbol BTC/USD --bar-minutes 60
  $ tickwave demo --data-dir demo-data && DATA_DIR=demo-data tickwave engine

Without files it plays two simulated markets, one with a planted signal and one without.`;

/** Reads `--train-share`. */
function share(text: string): number {
  const value = Number(text);
  if (text !== '' && value >= 0.1 && value <= 0.9) return value;
  throw new InvalidArgumentError('Give a share from 0.1 to 0.9.');
}

async function run(context: Context, flags: DemoFlags): Promise<number> {
  const { terminal } = context;
  context.config();
  checkFolder(flags);
  const read = chooseSource(context, flags);
  const signal = onInterrupt(terminal.say);
  const began = performance.now();
  try {
    const source = await read(signal);
    signal.throwIfAborted();
    const report = await onStage(context, flags, (stage) => stage.play(source, signal));
    const folder = store(report, flags);
    if (flags.json === true) terminal.print(JSON.stringify(report));
    else for (const line of summary(report)) terminal.print(line);
    const took = duration((performance.now() - began) / 1000);
    terminal.say(`report: ${join(folder, 'report.html')} and report.json, after ${took}`);
    if (flags.dataDir !== undefined)
      terminal.say(`the database is kept: DATA_DIR=${resolve(flags.dataDir)} tickwave engine`);
    return EXIT.ok;
  } catch (error) {
    if (!signal.aborted) throw error;
    terminal.debug(String(error));
    terminal.say('stopped before the end; there is no report');
    return EXIT.interrupted;
  }
}

/** @returns the folder */
function store(report: Report, { out }: DemoFlags): string {
  const folder = resolve(out);
  mkdirSync(folder, { recursive: true });
  const { html, json } = writeReport(report);
  writeFileSync(join(folder, 'report.html'), html);
  writeFileSync(join(folder, 'report.json'), json);
  return folder;
}

/** The verdicts, and what became of the challengers. */
function summary({ studies }: Report): readonly string[] {
  return studies.flatMap(({ title, verdict, decisions, live }) => {
    const last = decisions.at(-1);
    return [
      `${title}: ${verdict.sentence}`,
      ...(live === null ? [] : [`  ${live.predictions} predictions stored in the replay`]),
      ...(last === undefined || last.action === 'challenge'
        ? []
        : [`  ${last.action === 'promote' ? 'promoted' : 'refused'}: ${last.reasons.join(' ')}`]),
    ];
  });
}
