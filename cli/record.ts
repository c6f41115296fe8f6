import { Command, InvalidArgumentError } from 'commander';
import type { Config } from '../config/config.ts';
import { FrameRecorder } from '../connectors/exchanges/recording/frameRecorder.ts';
import { exchangeNamed } from '../connectors/exchanges/registry.ts';
import { Session } from '../connectors/exchanges/session/session.ts';
import { systemClock } from '../engine/clock.ts';
import type { Context } from './context.ts';
import { EXIT } from './exitCodes.ts';
import { onInterrupt } from './interrupt.ts';
import { count } from './progress.ts';
import { exchangeUrls } from './sources/addresses.ts';
import { marketsByExchange } from './sources/markets.ts';
import { together } from './sources/together.ts';
import type { Terminal } from './terminal.ts';

interface Flags {
  readonly out: string;
  readonly for?: number;
}

/** `tickwave record` */
export function record(context: Context): Command {
  return new Command('record')
    .description('write the raw frames of the exchanges of MARKETS to a file, without a database')
    .requiredOption('--out <file>', 'as kraken.ndjson.gz; packed when its name says so; never overwritten')
    .option('--for <seconds>', 'end after so many seconds', readSeconds)
    .addHelpText('after', EXAMPLES)
    .action(async (flags: Flags) => context.finish(await run(context, flags)));
}

const EXAMPLES = `
Examples:
  $ tickwave record --out kraken.ndjson.gz
  $ MARKETS=binance:BTC/USDT tickwave record --out binance.ndjson --for 600
  $ tickwave replay kraken.ndjson.gz

A replay reads the frames with the same parser as a live feed, and gives the same trades.`;

const EVERY_MS = 10_000;

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 31_536_000))
    throw new InvalidArgumentError('Give a number of seconds above 0.');
  return seconds;
}

async function run({ terminal, config }: Context, flags: Flags): Promise<number> {
  const settings = config();
  const recorder = await FrameRecorder.open({ path: flags.out, clock: systemClock });
  const limit = flags.for === undefined ? [] : [AbortSignal.timeout(flags.for * 1000)];
  const signal = AbortSignal.any([onInterrupt(terminal.say), ...limit]);
  const sessions = open(settings, recorder, terminal);
  try {
    const parts = sessions.map((session) => (until: AbortSignal) => session.run(until));
    await together([...parts, (until) => report(terminal, recorder, sessions, until)], signal);
  } finally {
    await recorder.close();
  }
  const { frames, bytes, files } = recorder.counts();
  terminal.say(`${count(frames)} frames, ${count(bytes)} bytes in ${files.join(', ')}`);
  return EXIT.ok;
}

function open(config: Config, recorder: FrameRecorder, terminal: Terminal): Session[] {
  return [...marketsByExchange(config.MARKETS)].flatMap(([name, symbols]) => {
    const exchange = exchangeNamed(name);
    const most = exchange.limits.symbolsPerConnection;
    const { websocket } = exchangeUrls(config, name);
    return Array.from({ length: Math.ceil(symbols.length / most) }, (_, part) => {
      const handler = {
        message: async () => undefined,
        unreadable: async (_frame: Uint8Array, reason: string) => terminal.warn(`${name}: ${reason}`),
        up: () => terminal.say(`${name}: connected`),
        down: (reason: string) => terminal.warn(`${name}: ${reason}`),
      };
      return new Session({
        exchange,
        symbols: symbols.slice(part * most, (part + 1) * most),
        clock: systemClock,
        random: Math.random,
        handler,
        recorder,
        ...(websocket === undefined ? {} : { url: websocket }),
      });
    });
  });
}

async function report(
  terminal: Terminal,
  recorder: FrameRecorder,
  sessions: readonly Session[],
  signal: AbortSignal,
): Promise<void> {
  const told = new Set<string>();
  while (await systemClock.sleep(EVERY_MS, signal)) {
    const { frames, bytes } = recorder.counts();
    terminal.say(`${count(frames)} frames, ${count(bytes)} bytes`);
    for (const { symbol, words } of sessions.flatMap((session) => session.state().symbols)) {
      if (words !== null && !told.has(symbol)) terminal.warn(`${symbol}: ${words}`);
      if (words !== null) told.add(symbol);
    }
  }
}
