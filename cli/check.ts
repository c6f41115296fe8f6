import { Command } from 'commander';
import pg from 'pg';
import { loadCatalog } from '../engine/catalog/catalog.ts';
import { lintCatalog } from '../engine/catalog/lint.ts';
import { CatalogError, formatProblem } from '../engine/catalog/problem.ts';
import { Engine } from '../engine/engine.ts';
import { openSession } from '../engine/postgres/deploy/session.ts';
import { type Difference, verifyView } from '../engine/postgres/verify.ts';
import { lintDialect } from '../engine/risingwave/lint.ts';
import { checkLeaks } from './checkLeaks.ts';
import type { Context } from './context.ts';
import { AlreadyRunning, FoundWanting, UsageError } from './errors.ts';
import { wholeFrom } from './numbers.ts';
import { findRunning } from './runFile.ts';
import { type Session, withSession } from './session.ts';

interface Flags {
  readonly data?: true;
  readonly leaks?: true;
  readonly view?: readonly string[];
  readonly cuts: number;
  readonly seed?: number;
  readonly json?: true;
}

/** `tickwave check` */
export function check(context: Context): Command {
  return new Command('check')
    .description(
      'check sql/: syntax, names, cycles, headers, style, and that RisingWave takes it; with --data, that every stored view is what its query gives; with --leaks, that no row knows the future',
    )
    .option('--data', 'compute every stored view from nothing and compare')
    .option('--view <names...>', 'with --data: only these views')
    .option('--leaks', 'cut the future off and change it, and see whether the past moves')
    .option('--cuts <count>', 'with --leaks: moments at which it is cut off', wholeFrom(0), 3)
    .option('--seed <number>', 'with --leaks: says which moments', wholeFrom(0))
    .option('--json', 'as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: Flags) => {
      if (!(await checkSql(context, flags))) return;
      refuseBeside(context);
      if (flags.data) await checkData(context, flags);
      if (flags.leaks) await checkLeaks(context, flags);
    });
}

const EXAMPLES = `
Examples:
  $ tickwave check
  $ tickwave check --data
  $ tickwave check --data --view candles_1m features
  $ tickwave check --leaks --cuts 5

Ends with 1 when something is wrong. --data and --leaks need the data folder for themselves: trades that arrive between the
refresh and the comparison would look like mistakes.`;

/** True when the data is to be looked at too. */
async function checkSql({ terminal, config }: Context, flags: Flags): Promise<boolean> {
  try {
    const catalog = await loadCatalog(config().SQL_DIR);
    for (const name of flags.view ?? []) catalog.get(name);
    const style = [...lintCatalog(catalog), ...lintDialect(catalog)];
    if (style.length > 0) throw new CatalogError(style);
    if (flags.data || flags.leaks) return true;
    const tables = catalog.objects.filter((object) => object.kind !== 'function');
    if (flags.json) terminal.print(JSON.stringify({ objects: tables.length, problems: [] }));
    else terminal.say(`${tables.length} objects, no problems`);
    return false;
  } catch (error) {
    if (!(error instanceof CatalogError)) throw error;
    if (flags.json) terminal.print(JSON.stringify({ problems: error.problems }));
    else for (const problem of error.problems) terminal.print(formatProblem(problem));
    terminal.say(`${error.problems.length} problem${error.problems.length === 1 ? '' : 's'}`);
    throw new FoundWanting('sql/ has problems');
  }
}

function refuseBeside({ config }: Context): void {
  const { DATA_DIR } = config();
  const running = findRunning(DATA_DIR);
  if (running !== null)
    throw new AlreadyRunning(
      running.verb,
      running.pid,
      DATA_DIR,
      'a database at rest is compared: stop it first',
    );
}

async function checkData(context: Context, flags: Flags): Promise<void> {
  const { terminal } = context;
  const differences = await withSession(context, 'check', (session) =>
    compare(context, session, flags.view ?? []),
  );
  if (flags.json) terminal.print(JSON.stringify({ differences }));
  else for (const difference of differences) terminal.print(describe(difference));
  if (differences.length > 0) throw new FoundWanting('stored views differ from their queries');
  if (!flags.json) terminal.say('every stored view is what its query gives');
}

async function compare(
  context: Context,
  { url, platform }: Session,
  only: readonly string[],
): Promise<Difference[]> {
  if (platform === null) return [];
  if (!(platform.engine instanceof Engine))
    throw new UsageError(
      'check --data compares what the embedded engine keeps; RisingWave is compared with it by `npm run test:risingwave`',
    );
  const { layout } = platform.engine;
  const views = layout.views.filter((view) => only.length === 0 || only.includes(view.name));
  const client = new pg.Client({ connectionString: url, application_name: 'tickwave check' });
  await client.connect();
  const progress = context.progress();
  progress.begin('comparing', views.length, 'views');
  try {
    await openSession(client, layout);
    // The refresher's settings forbid scans, which is what a comparison of everything needs.
    await client.query(
      'reset enable_seqscan; reset enable_mergejoin; reset enable_material; reset enable_memoize; reset plan_cache_mode',
    );
    const found: Difference[] = [];
    for (const [index, view] of views.entries()) {
      progress.at(index, { note: view.name });
      const difference = await verifyView(client, layout, view.name);
      if (difference !== null) found.push(difference);
    }
    progress.end();
    return found;
  } finally {
    await client.end();
  }
}

function describe({ view, rows, samples }: Difference): string {
  const shown = samples.map(
    ({ stored, recomputed }) =>
      `  stored     ${JSON.stringify(stored)}\n  recomputed ${JSON.stringify(recomputed)}`,
  );
  return [`${view}: ${rows} row${rows === 1 ? ' differs' : 's differ'}`, ...shown].join('\n');
}
