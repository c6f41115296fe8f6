import { Command, Option } from 'commander';
import { loadCatalog } from '../engine/catalog/catalog.ts';
import { ENGINES, type EngineName, statementsFor } from '../engine/statements.ts';
import type { Context } from './context.ts';

interface Flags {
  readonly engine: EngineName;
  readonly json?: true;
}

/** `tickwave sql` */
export function sql(context: Context): Command {
  return new Command('sql')
    .description('print every statement of sql/ in the order of dependency, as an engine gets it')
    .addOption(new Option('--engine <name>', 'which engine').choices(ENGINES).default('postgres'))
    .option('--json', 'one JSON object a line: name, kind, file, sql')
    .addHelpText('after', '\nExamples:\n  $ tickwave sql\n  $ tickwave sql --engine risingwave > all.sql')
    .action(async (flags: Flags) => run(context, flags));
}

async function run({ terminal, config }: Context, flags: Flags): Promise<void> {
  const statements = statementsFor(await loadCatalog(config().SQL_DIR), flags.engine);
  for (const { name, kind, file, sql } of statements) {
    if (flags.json) terminal.print(JSON.stringify({ name, kind, file, sql }));
    else terminal.print(`-- sql/${file}\n${sql};\n`);
  }
}
