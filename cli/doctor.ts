import { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { systemClock } from '../engine/clock.ts';
import { type Check, examine } from '../engine/doctor.ts';
import { checkModelLibraries } from '../jobs/models/check.ts';
import type { Context } from './context.ts';
import { FoundWanting } from './errors.ts';
import { libraryPlaces } from './models/places.ts';

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
  const settings = config();
  const { DATA_DIR, PORT, DATABASE_PORT, DATABASE_URL, KAFKA_BROKERS } = settings;
  const examined = await examine({
    dataDir: DATA_DIR,
    clock: systemClock,
    ...(PORT === 0 ? {} : { apiPort: PORT }),
    ...(DATABASE_PORT === null ? {} : { port: DATABASE_PORT }),
    ...(DATABASE_URL === null ? {} : { databaseUrl: DATABASE_URL }),
    ...(KAFKA_BROKERS === null ? {} : { kafkaBrokers: KAFKA_BROKERS }),
  });
  const checks = [...examined, ...(await checkModels(settings))];
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

/** Without them the baselines predict: worth knowing, and no reason not to start. */
async function checkModels(config: Config): Promise<readonly Check[]> {
  const found = await checkModelLibraries(libraryPlaces(config));
  return found.map(({ name, outcome, found, remedy }) => ({
    name: `model library ${name}`,
    outcome: outcome === 'ok' ? 'ok' : 'warn',
    found,
    remedy,
  }));
}
