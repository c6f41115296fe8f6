import { Command } from 'commander';
import { systemClock } from '../engine/clock.ts';
import type { Context } from './context.ts';
import { onInterrupt } from './interrupt.ts';
import { withdraw } from './runFile.ts';
import { serve } from './serve.ts';
import { openPlatform } from './session.ts';
import { idleSource } from './sources/idle.ts';
import { ingested } from './sources/ingested.ts';

/** `tickwave engine` */
export function engine(context: Context): Command {
  return new Command('engine')
    .description('run the database, the SQL views and the HTTP API, without a source of its own')
    .option(
      '--no-apply',
      'leave what is deployed as it is, for `tickwave apply` to bring into step with sql/',
    )
    .option('--json', 'status as one JSON object a line')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: { readonly json?: true; readonly apply: boolean }) =>
      context.finish(await run(context, flags.json === true, !flags.apply)),
    );
}

const EXAMPLES = `
Examples:
  $ tickwave engine
  $ tickwave apply --promote && tickwave engine --no-apply
  $ KAFKA_BROKERS=localhost:9092 tickwave engine

Trades come from \`tickwave connect\`: straight into the database, or over Kafka when KAFKA_BROKERS is set for both.`;

async function run(context: Context, json: boolean, keep: boolean): Promise<number> {
  const { terminal } = context;
  const config = context.config();
  const signal = onInterrupt(terminal.say);
  const idle = idleSource(config);
  if (!json) terminal.print(`Tickwave: ${idle.banner}`);
  const platform = await openPlatform(context, config, keep);
  try {
    const url = platform.database.url('owner');
    const { profile } = platform.database;
    const source = await ingested(idle, { config, url, profile, clock: systemClock, say: terminal.warn });
    return await serve({ context, config, platform, verb: 'engine', source, models: null, signal, json });
  } finally {
    withdraw(platform.database.dataDir);
    await platform.stop();
    if (!json) terminal.say('stopped; everything is stored');
  }
}
