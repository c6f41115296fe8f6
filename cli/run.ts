import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { alertsVerb } from './alerts.ts';
import { api } from './api.ts';
import { backfillVerb } from './backfill.ts';
import { backup } from './backup.ts';
import { check } from './check.ts';
import { connect } from './connect.ts';
import { type Context, processContext } from './context.ts';
import { demo } from './demo.ts';
import { doctor } from './doctor.ts';
import { engine } from './engine.ts';
import { explainError, FoundWanting } from './errors.ts';
import { EXIT, exitCodeOf } from './exitCodes.ts';
import { explain } from './explain.ts';
import { importVerb } from './import.ts';
import { keys } from './keys.ts';
import { models } from './models/models.ts';
import { psql } from './psql.ts';
import { record } from './record.ts';
import { replayVerb } from './replay.ts';
import { restore } from './restore.ts';
import { retention } from './retention.ts';
import { score } from './score.ts';
import { sql } from './sql.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { test } from './test.ts';
import { train } from './train.ts';
import { apply } from './versions/apply.ts';
import { diff } from './versions/diff.ts';
import { plan } from './versions/plan.ts';
import { cleanup, promote, rollback } from './versions/promote.ts';
import { versions } from './versions/versions.ts';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

/** The verbs, in the order of `--help`. */
const VERBS: readonly ((context: Context) => Command)[] = [
  start,
  engine,
  api,
  connect,
  record,
  replayVerb,
  importVerb,
  backfillVerb,
  train,
  score,
  models,
  alertsVerb,
  status,
  psql,
  explain,
  plan,
  apply,
  diff,
  promote,
  rollback,
  cleanup,
  versions,
  check,
  test,
  sql,
  demo,
  backup,
  restore,
  retention,
  keys,
  doctor,
];

/** The `tickwave` command with all its verbs. */
export function program(context: Context): Command {
  const root = new Command('tickwave')
    .description('live SQL views over crypto trades, on your own machine')
    .version(manifest.version)
    .showHelpAfterError('(--help lists what there is)')
    .enablePositionalOptions()
    .exitOverride()
    .addHelpText(
      'after',
      '\nConfiguration: docs/configuration.md and .env.example. Exit codes: docs/cli.md.',
    );
  for (const verb of VERBS) root.addCommand(inherit(verb(context), root));
  return root;
}

function inherit(command: Command, root: Command): Command {
  return command.copyInheritedSettings(root);
}

/** Runs a command line to its end and ends the process with its exit code. */
export async function run(argv: readonly string[]): Promise<void> {
  let code: number = EXIT.ok;
  const context = processContext((given) => {
    code = given;
  });
  // A reader that went away (`| head`) is a reason to end, not an error.
  process.stdout.on('error', () => process.kill(process.pid, 'SIGTERM'));
  try {
    await program(context).parseAsync([...argv]);
  } catch (error) {
    code = failure(error, context);
  }
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise((resolve) => stream.write('', resolve))),
  );
  process.exit(code);
}

function failure(error: unknown, { terminal }: Context): number {
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (!(error instanceof FoundWanting)) terminal.fail(`tickwave: ${explainError(error)}`);
  if (error instanceof Error) terminal.debug(error.stack ?? '');
  return exitCodeOf(error);
}
