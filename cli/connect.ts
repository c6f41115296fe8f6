import { Command, Option } from 'commander';
import type { Config } from '../config/config.ts';
import { systemClock } from '../engine/clock.ts';
import type { Context } from './context.ts';
import { EXIT } from './exitCodes.ts';
import { onInterrupt } from './interrupt.ts';
import { count } from './progress.ts';
import { requireRunning, runningUrl } from './session.ts';
import { FEEDS, type Feed, liveSource } from './sources/live.ts';
import type { Source } from './sources/source.ts';
import { together } from './sources/together.ts';
import type { Terminal } from './terminal.ts';

interface Flags {
  readonly only?: Feed;
  readonly json?: true;
}

/** `tickwave connect` */
export function connect(context: Context): Command {
  return new Command('connect')
    .description('run the connectors alone: the exchanges of MARKETS, and news')
    .addOption(new Option('--only <feed>', 'one of the two').choices(FEEDS))
    .option('--json', 'how it stands as one JSON object a line')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: Flags) => context.finish(await run(context, flags)));
}

const EXAMPLES = `
Examples:
  $ tickwave connect
  $ KAFKA_BROKERS=localhost:9092 tickwave connect
  $ MARKETS=binance:BTC/USDT tickwave connect --json
  $ tickwave connect --only news

It needs a database to go on from: that of the \`tickwave engine\` which runs on the data folder, or of DATABASE_URL. With
KAFKA_BROKERS trades, heartbeats and news go to topics, which the engine reads; gaps and dead letters go to the database.`;

const EVERY_MS = 10_000;

async function run({ terminal, config }: Context, { only, json }: Flags): Promise<number> {
  const settings = config();
  const url = databaseOf(settings);
  const signal = onInterrupt(terminal.say);
  const source = liveSource({ config: settings, url, clock: systemClock, say: terminal.warn, only });
  if (json === undefined) terminal.print(`Tickwave: ${source.banner}`);
  await together(
    [(until) => source.run(until), (until) => report(source, terminal, json === true, until)],
    signal,
  );
  if (json === undefined) terminal.say('stopped; everything is stored');
  return EXIT.ok;
}

function databaseOf(config: Config): string {
  return config.DATABASE_URL ?? runningUrl(config, requireRunning(config), 'owner');
}

async function report(source: Source, terminal: Terminal, json: boolean, signal: AbortSignal): Promise<void> {
  while (await systemClock.sleep(EVERY_MS, signal)) {
    const time = new Date(systemClock.now()).toISOString();
    if (json) terminal.print(JSON.stringify({ time, trades: source.landed(), ...source.report() }));
    else terminal.print(`${time.slice(11, 19)}  ${source.doing()}  ${count(source.landed())} trades`);
  }
}
