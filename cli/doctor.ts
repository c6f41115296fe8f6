import { Command } from 'commander';
import { systemClock } from '../engine/clock.ts';
import { type Check, examine } from '../engine/doctor.ts';
import type { Context } from './context.ts';
import { FoundWanting } from './errors.ts';

const MARKS: Readonly<Record<Check['outcome'], string>> = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' };

/** `tickwave doctor` */
export function doctor(context: Context): Command {
  return new Command('doctor')
    .description('look for what usually keeps Tickwave from running on a machine')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tickwave doctor\n  $ tickwave doctor --json\n\nEnds with 1 when something has to be put right.',
    )
    .action(async (flags: { readonly json?: true }) => run(context, flags.json === true));
}

async function run({ terminal, config }: Context, json: boolean): Promise<void> {
  const { DATA_DIR, PORT, DATABASE_PORT, DATABASE_URL, KAFKA_BROKERS } = config();
  const checks = await examine({
    dataDir: DATA_DIR,
    clock: systemClock,
    ...(PORT === 0 ? {} : { apiPort: PORT }),
    ...(DATABASE_PORT === null ? {} : { port: DATABASE_PORT }),
    ...(DATABASE_URL === null ? {} : { databaseUrl: DATABASE_URL }),
    ...(KAFKA_BROKERS === null ? {} : { kafkaBrokers: KAFKA_BROKERS }),
  });
  const failed = checks.some((check) => check.outcome === 'fail');
  if (json) terminal.print(JSON.stringify({ healthy: !failed, checks }, null, 2));
  else {
    const width = Math.max(...checks.map((check) => check.name.length));
    for (const { name, outcome, found, remedy } of checks) {
      terminal.print(`${MARKS[outcome]}  ${name.padEnd(width)}  ${found}`);
      if (remedy !== null) terminal.print(`${' '.repeat(width + 8)}${remedy}`);
    }
  }
  if (failed) throw new FoundWanting('something has to be put right');
}
