import { Command } from 'commander';
import pino from 'pino';
import { createApi } from '../api/app.ts';
import { createReadPool } from '../api/database.ts';
import { type Listening, listen } from '../api/listen.ts';
import type { Config } from '../config/config.ts';
import { systemClock } from '../engine/clock.ts';
import type { Context } from './context.ts';
import { AlreadyRunning } from './errors.ts';
import { EXIT } from './exitCodes.ts';
import { aborted, onInterrupt } from './interrupt.ts';
import type { Platform } from './platform.ts';
import { type ReplayFlags, replayFlags, replayOptions, replaySource } from './replaySource.ts';
import { announce, findRunning, withdraw } from './runFile.ts';
import { openPlatform } from './session.ts';
import { simulatedSource } from './simulated.ts';
import type { Source } from './source.ts';
import { reportStatus } from './statusLine.ts';
import type { Terminal } from './terminal.ts';

interface Flags extends ReplayFlags {
  readonly replay?: readonly string[];
  readonly json?: true;
}

/** `tickwave start` */
export function start(context: Context): Command {
  const command = new Command('start')
    .description('run everything: database, SQL views, HTTP API, and a source of trades')
    .option('--replay <files...>', 'recorded trades instead of the simulated market')
    .option('--json', 'status as one JSON object a line');
  return replayFlags(command)
    .addHelpText('after', EXAMPLES)
    .action(async (flags: Flags) => context.finish(await run(context, flags)));
}

const EXAMPLES = `
Examples:
  $ tickwave start
  $ SIMULATOR_MARKETS=20 SIMULATOR_RATE=1000 tickwave start
  $ tickwave start --replay XBTUSD.csv ETHUSD.csv --exchange kraken --speed 10

Ctrl-C ends it in order: the source, the last rows, the last refresh, the API, the database.`;

async function run(context: Context, flags: Flags): Promise<number> {
  const { terminal } = context;
  const config = context.config();
  const replayed = flags.replay === undefined ? null : replayOptions(flags.replay, flags, config);
  refuseTwice(config.DATA_DIR);
  const progress = context.progress();
  const signal = onInterrupt(terminal.say);
  const source = (url: string): Source =>
    replayed === null
      ? simulatedSource({ config, url, clock: systemClock, progress })
      : replaySource({ ...replayed, url, clock: systemClock });
  if (flags.json === undefined) terminal.print(`Tickwave: ${source('').banner}`);
  for (const name of config.unused) terminal.warn(`${name} is set, and this version does not use it yet`);
  const platform = await openPlatform(context, config);
  try {
    return await serve(
      context,
      config,
      platform,
      source(platform.database.url('owner')),
      signal,
      flags.json === true,
    );
  } finally {
    withdraw(platform.database.dataDir);
    await platform.stop();
    if (flags.json === undefined) terminal.say('stopped; everything is stored');
  }
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

async function serve(
  context: Context,
  config: Config,
  platform: Platform,
  source: Source,
  signal: AbortSignal,
  json: boolean,
): Promise<number> {
  const { terminal } = context;
  const api = await openApi(config, platform);
  const ending = new AbortController();
  const endWith = AbortSignal.any([signal, ending.signal]);
  try {
    announce(platform.database.dataDir, {
      pid: process.pid,
      verb: 'start',
      startedAt: new Date(systemClock.now()).toISOString(),
      source: source.name,
      api: api.listening.url,
      databasePort: platform.database.port,
    });
    sayWhere(terminal, platform, api.listening.url, source, json);
    const fed = source.run(endWith);
    const reporting = reportStatus({
      platform,
      source,
      signal: endWith,
      clock: systemClock,
      print: terminal.print,
      json,
    });
    const failed = fed.then(() => new Promise<never>(() => {}));
    const ended = await Promise.race([aborted(signal), platform.lost, failed]).catch((error: unknown) => ({
      failed: error,
    }));
    ending.abort();
    await Promise.allSettled([fed, reporting]);
    if (ended instanceof Error) throw ended;
    if (ended !== undefined) throw ended.failed;
    return EXIT.ok;
  } finally {
    await api.stop();
  }
}

function sayWhere({ print }: Terminal, platform: Platform, api: string, source: Source, json: boolean): void {
  const database = platform.database.name;
  if (json) {
    print(
      JSON.stringify({
        time: new Date(systemClock.now()).toISOString(),
        state: 'started',
        source: source.name,
        api,
        database,
      }),
    );
    return;
  }
  print(`  API       ${api}/v1/markets    (document: ${api}/openapi.json)`);
  print(`  SQL       npx tickwave psql    (${database})`);
  print('  stop      Ctrl-C');
}

async function openApi(
  config: Config,
  platform: Platform,
): Promise<{ readonly listening: Listening; stop(): Promise<void> }> {
  const pool = createReadPool({ url: platform.database.url('analyst') });
  // Requests are logged with LOG_LEVEL=debug: at info the terminal belongs to the status lines.
  const level = config.LOG_LEVEL === 'info' ? 'warn' : config.LOG_LEVEL;
  const logger = pino({ level }, pino.destination({ dest: 2, sync: true }));
  const app = createApi({ pool, logger, clock: systemClock, status: async () => platform.status() });
  try {
    const listening = await listen(app, config.PORT, undefined, config.HOST);
    return {
      listening,
      stop: async () => {
        await listening.stop();
        await pool.end();
      },
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
}
