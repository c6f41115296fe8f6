import { spawn, spawnSync } from 'node:child_process';
import { Command } from 'commander';
import type { Context } from './context.ts';
import { EXIT } from './exitCodes.ts';
import { requireRunning, runningUrl } from './session.ts';

interface Flags {
  readonly owner?: true;
  readonly print?: true;
}

/** `tickwave psql` */
export function psql(context: Context): Command {
  return new Command('psql')
    .description('open psql on the running database, as the read-only role analyst')
    .argument('[args...]', 'given to psql, as -c "select …"')
    .option('--owner', 'as the owner, who may write')
    .option('--print', 'only print the address, for any other client')
    .allowUnknownOption()
    .passThroughOptions()
    .addHelpText('after', EXAMPLES)
    .action(async (args: readonly string[], flags: Flags) => context.finish(await run(context, args, flags)));
}

const EXAMPLES = `
Examples:
  $ tickwave psql
  $ tickwave psql -c "select * from candles where timeframe = '5m' order by window_start desc limit 5"
  $ tickwave psql -f report.sql
  $ psql "$(tickwave psql --print)"

The address, which holds the password, is printed where there is no psql, or no terminal and nothing to run.
Ends with what psql ends with.`;

async function run({ terminal, config }: Context, args: readonly string[], flags: Flags): Promise<number> {
  const settings = config();
  const running = requireRunning(settings);
  const url = runningUrl(settings, running, flags.owner ? 'owner' : 'analyst');
  const interactive = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const opens = flags.print === undefined && (interactive || args.length > 0);
  if (!opens) {
    terminal.print(url);
    return EXIT.ok;
  }
  if (spawnSync('psql', ['--version']).error !== undefined) {
    terminal.print(url);
    terminal.say(
      'psql is not installed (Debian: apt-get install postgresql-client); the address above works in any PostgreSQL client',
    );
    return args.length > 0 ? EXIT.failed : EXIT.ok;
  }
  return open(url, args);
}

/** Runs psql with the connection in its environment, where the password does not show in the list of processes. */
function open(address: string, args: readonly string[]): Promise<number> {
  const url = new URL(address);
  const connection = {
    PGHOST: url.hostname,
    PGPORT: url.port || '5432',
    PGUSER: decodeURIComponent(url.username),
    PGPASSWORD: decodeURIComponent(url.password),
    PGDATABASE: url.pathname.slice(1),
  };
  const child = spawn('psql', args, { stdio: 'inherit', env: { ...process.env, ...connection } });
  // Ctrl-C in psql ends a query, not us.
  process.on('SIGINT', () => {});
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? EXIT.failed));
  });
}
