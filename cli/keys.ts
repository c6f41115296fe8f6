import { Command } from 'commander';
import { SCOPES, type Scope } from '../api/access/key.ts';
import { addKey, readKeys, revokeKey } from '../api/access/keyFile.ts';
import { systemClock } from '../engine/clock.ts';
import type { Context } from './context.ts';
import { UsageError } from './errors.ts';
import { keyFileOf } from './gate.ts';

/** `tickwave keys` */
export function keys(context: Context): Command {
  const { terminal } = context;
  const path = (): string => keyFileOf(context.config());
  const verb = new Command('keys')
    .description('keys of the API: who may read from elsewhere, and who may start jobs')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tickwave keys add desk\n  $ tickwave keys add operator --scope admin\n  $ tickwave keys revoke desk\n\nA running Tickwave takes changes over within a second.',
    );
  verb
    .command('add <name>')
    .description('make a key and print it, once')
    .option('--scope <scope>', 'read, or admin, which may read too', 'read')
    .option('--rate <requests>', 'requests a minute; without it API_RATE')
    .option('--json', 'as JSON')
    .action((name: string, flags: AddFlags) => {
      const key = addKey(path(), { name, ...wishOf(flags) }, systemClock.now());
      terminal.print(flags.json === true ? JSON.stringify({ name, key }) : key);
      terminal.say(`this is shown once: keep it now. ${path()} has only what it is checked by`);
    });
  verb
    .command('list')
    .description('the keys there are, without their text')
    .option('--json', 'as JSON')
    .action(({ json }: { readonly json?: true }) => {
      const all = readKeys(path()).map(({ sha256: _, ...shown }) => shown);
      if (json === true) terminal.print(JSON.stringify(all, null, 2));
      else for (const key of all) terminal.print(line(key));
      if (all.length === 0) terminal.say(`${path()} has no keys: \`tickwave keys add NAME\` makes one`);
    });
  verb
    .command('revoke <name>')
    .description('refuse a key from now on, by its name or id')
    .option('--json', 'as JSON')
    .action((which: string, { json }: { readonly json?: true }) => {
      const { id, name, revoked_at } = revokeKey(path(), which, systemClock.now());
      terminal.print(json === true ? JSON.stringify({ id, name, revoked_at }) : `${name} (${id}) is revoked`);
    });
  return verb;
}

interface AddFlags {
  readonly scope: string;
  readonly rate?: string;
  readonly json?: true;
}

function wishOf({ scope, rate }: AddFlags): {
  readonly scopes: readonly Scope[];
  readonly rate: number | null;
} {
  const found = SCOPES.find((known) => known === scope);
  if (found === undefined)
    throw new UsageError(`--scope is '${scope}'; it has to be one of ${SCOPES.join(', ')}`);
  if (rate !== undefined && !/^[1-9]\d{0,6}$/.test(rate))
    throw new UsageError(`--rate is '${rate}'; it has to be a whole number from 1 to 9999999`);
  return {
    scopes: found === 'admin' ? ['read', 'admin'] : ['read'],
    rate: rate === undefined ? null : Number(rate),
  };
}

function line({ id, name, scopes, created_at, revoked_at }: Shown): string {
  const since = revoked_at === null ? `since ${created_at}` : `revoked ${revoked_at}`;
  return `${name.padEnd(20)} ${id}  ${scopes.join(', ').padEnd(12)} ${since}`;
}

type Shown = Omit<ReturnType<typeof readKeys>[number], 'sha256'>;
