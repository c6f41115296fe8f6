import { Command } from 'commander';
import { systemClock } from '../engine/clock.ts';
import type { Context } from './context.ts';
import { EXIT } from './exitCodes.ts';
import { fetchTrades } from './fetchTrades.ts';
import { onInterrupt } from './interrupt.ts';
import { count } from './progress.ts';
import { type Session, withSession } from './session.ts';
import { marketsByExchange } from './sources/markets.ts';
import { readTime } from './time.ts';

interface Flags {
  readonly from: number;
  readonly to?: number;
  readonly json?: true;
}

/** What a backfill came to, all exchanges together. */
interface Total {
  readonly trades: number;
  readonly heartbeats: number;
  readonly absent: number;
  readonly empty: readonly string[];
  readonly completed: boolean;
}

/** `tickwave backfill` */
export function backfillVerb(context: Context): Command {
  return new Command('backfill')
    .description('fetch past trades of MARKETS from the exchanges; what is stored is passed over')
    .requiredOption('--from <time>', 'first minute, as 2026-11-01 or 2026-11-01T12:00Z', readTime)
    .option('--to <time>', 'minute to stop before (default: now)', readTime)
    .option('--json', 'the report as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: Flags) => context.finish(await run(context, flags)));
}

const EXAMPLES = `
Examples:
  $ tickwave backfill --from 2026-11-01
  $ MARKETS=binance:BTC/USDT tickwave backfill --from 2026-11-01T00:00Z --to 2026-11-02T00:00Z

Exchanges give a thousand trades a second at best: for months of history, import their files instead. A backfill that was
ended by Ctrl-C goes on where it stopped.`;

async function run(context: Context, flags: Flags): Promise<number> {
  const signal = onInterrupt(context.terminal.say);
  const total = await withSession(context, 'backfill', (session) =>
    fetchAll(context, session, flags, signal),
  );
  print(context, total, flags.json === true);
  return total.completed ? EXIT.ok : EXIT.interrupted;
}

async function fetchAll(
  context: Context,
  { url, lost }: Session,
  { from, to = systemClock.now() }: Flags,
  signal: AbortSignal,
): Promise<Total> {
  const config = context.config();
  let total: Total = { trades: 0, heartbeats: 0, absent: 0, empty: [], completed: true };
  for (const [exchange, symbols] of marketsByExchange(config.MARKETS)) {
    const progress = context.progress();
    progress.begin(exchange, null, 'trades');
    const fetched = fetchTrades(config, url, {
      exchange,
      symbols,
      fromMs: from,
      toMs: to,
      signal,
      onProgress: ({ trades, share, symbol, at }) =>
        progress.at(trades, { share, note: `${symbol} ${at?.slice(0, 16) ?? ''}` }),
    });
    const report = await Promise.race([fetched, lost.then((error) => Promise.reject(error))]);
    progress.end();
    total = {
      trades: total.trades + report.trades,
      heartbeats: total.heartbeats + report.heartbeats,
      absent: total.absent + report.absent,
      empty: [...total.empty, ...report.empty.map((symbol) => `${exchange} ${symbol}`)],
      completed: total.completed && report.completed,
    };
  }
  return total;
}

function print({ terminal }: Context, total: Total, json: boolean): void {
  if (json) {
    terminal.print(JSON.stringify(total));
    return;
  }
  const { trades, heartbeats, absent, empty, completed } = total;
  terminal.print(`${count(trades)} trades fetched, ${count(heartbeats)} minutes complete`);
  if (absent > 0) terminal.print(`${count(absent)} ids were skipped by the exchange itself`);
  if (empty.length > 0) terminal.print(`no trades of that time: ${empty.join(', ')}`);
  if (!completed) terminal.say('stopped before the end; the same command goes on from here');
}
