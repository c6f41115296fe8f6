import { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { systemClock } from '../engine/clock.ts';
import { alertsOf } from './alerts.ts';
import type { Context } from './context.ts';
import { AlreadyRunning } from './errors.ts';
import { onInterrupt } from './interrupt.ts';
import { openModels } from './models/service.ts';
import { findRunning, withdraw } from './runFile.ts';
import { serve } from './serve.ts';
import { openPlatform } from './session.ts';
import { chooseSource } from './sources/choose.ts';
import { ingested } from './sources/ingested.ts';
import { liveSource } from './sources/live.ts';
import { probeExchanges } from './sources/probe.ts';
import { type ReplayFlags, replayFlags, replayOptions, replaySource } from './sources/replayed.ts';
import { simulatedSource } from './sources/simulated.ts';
import type { Source } from './sources/source.ts';

interface Flags extends ReplayFlags {
  readonly replay?: readonly string[];
  readonly json?: true;
}

/** `tickwave start` */
export function start(context: Context): Command {
  const command = new Command('start')
    .description('run everything: database, SQL views, HTTP API, and a source of trades')
    .option('--replay <files...>', 'recorded trades instead of live markets')
    .option('--json', 'status as one JSON object a line');
  return replayFlags(command)
    .addHelpText('after', EXAMPLES)
    .action(async (flags: Flags) => context.finish(await run(context, flags)));
}

const EXAMPLES = `
Examples:
  $ tickwave start
  $ MARKETS=kraken:BTC/USD,binance:ETH/USDT tickwave start
  $ FEED=simulated SIMULATOR_MARKETS=20 SIMULATOR_RATE=1000 tickwave start
  $ tickwave start --replay XBTUSD.csv ETHUSD.csv --exchange kraken --speed 10

Ctrl-C ends it in order: the source, the last rows, the last refresh, the API, the database.`;

async function run(context: Context, flags: Flags): Promise<number> {
  const { terminal } = context;
  const config = context.config();
  const alerts = alertsOf(config);
  const sourceOf = await plan(context, config, flags);
  const signal = onInterrupt(terminal.say);
  if (flags.json === undefined) terminal.print(`Tickwave: ${sourceOf('').banner}`);
  const platform = await openPlatform(context, config);
  try {
    const url = platform.database.url('owner');
    const { profile } = platform.database;
    const say = terminal.warn;
    const source = await ingested(sourceOf(url), { config, url, profile, clock: systemClock, say });
    const json = flags.json === true;
    const models = await openModels({ config, url, say, trains: true, alerts });
    for (const remark of models.remarks) terminal.say(remark);
    try {
      return await serve({ context, config, platform, verb: 'start', source, models, signal, json });
    } finally {
      await models.close();
    }
  } finally {
    withdraw(platform.database.dataDir);
    await platform.stop();
    if (flags.json === undefined) terminal.say('stopped; everything is stored');
  }
}

/** Decides what is fed, and gives how it is opened on a database's address. */
async function plan(context: Context, config: Config, flags: Flags): Promise<(url: string) => Source> {
  const clock = systemClock;
  if (flags.replay !== undefined) {
    const replayed = replayOptions(flags.replay, flags, config);
    refuseTwice(config.DATA_DIR);
    return (url) => replaySource({ ...replayed, url, clock });
  }
  refuseTwice(config.DATA_DIR);
  const choice = await chooseSource(config, () => probeExchanges(config, clock));
  if (choice.kind === 'live') return (url) => liveSource({ config, url, clock, say: context.terminal.warn });
  const progress = context.progress();
  return (url) => simulatedSource({ config, why: choice.why, url, clock, progress });
}

/** The lock is what decides; this only says it before the first line promises a market. */
function refuseTwice(dataDir: string): void {
  const running = findRunning(dataDir);
  if (running !== null)
    throw new AlreadyRunning(
      running.verb,
      running.pid,
      dataDir,
      'See `tickwave status`; stop it first, or set DATA_DIR to another folder',
    );
}
