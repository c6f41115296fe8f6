import { Command, Option } from 'commander';
import { loadCatalog } from '../engine/catalog/catalog.ts';
import { risingwaveStatements } from '../engine/risingwave/statements.ts';
import { ENGINES, type EngineName, statementsFor } from '../engine/statements.ts';
import type { Context } from './context.ts';
import { risingwaveOptions } from './risingwave.ts';

interface Flags {
  readonly engine: EngineName;
  readonly all?: true;
  readonly json?: true;
}

/** `tickwave sql` */
export function sql(context: Context): Command {
  return new Command('sql')
    .description('print every statement of sql/ in the order of dependency, as an engine gets it')
    .addOption(new Option('--engine <name>', 'which engine').choices(ENGINES).default('postgres'))
    .option(
      '--all',
      'with --engine risingwave: everything that puts sql/ on an empty one, as it is sent, for psql -f',
    )
    .option('--json', 'one JSON object a line: name, kind, file, sql')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: Flags) => {
      if (flags.all && flags.engine === 'risingwave') await deployment(context, flags);
      else await run(context, flags);
    });
}

const EXAMPLES = `
Examples:
  $ tickwave sql
  $ tickwave sql --engine risingwave > all.sql
  $ KAFKA_BROKERS=redpanda:9092 tickwave sql --engine risingwave --all | psql -v ON_ERROR_STOP=1 "$DATABASE_URL"`;

async function deployment({ terminal, config }: Context, { json }: Flags): Promise<void> {
  const settings = config();
  const statements = risingwaveStatements(await loadCatalog(settings.SQL_DIR), risingwaveOptions(settings));
  for (const { what, sql } of statements) terminal.print(json ? JSON.stringify({ what, sql }) : `${sql};`);
}

async function run({ terminal, config }: Context, flags: Flags): Promise<void> {
  const statements = statementsFor(await loadCatalog(config().SQL_DIR), flags.engine);
  for (const { name, kind, file, sql } of statements) {
    if (flags.json) terminal.print(JSON.stringify({ name, kind, file, sql }));
    else terminal.print(`-- sql/${file}\n${sql};\n`);
  }
}
