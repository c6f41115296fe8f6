import { Command } from 'commander';
import type pg from 'pg';
import { Catalog, loadCatalog } from '../../engine/catalog/catalog.ts';
import { filesOf } from '../../engine/postgres/versions/choose.ts';
import { readDeployedCatalog } from '../../engine/postgres/versions/deployedCatalog.ts';
import {
  activeDeployment,
  addDeployment,
  describeBusy,
  setState,
  want,
} from '../../engine/postgres/versions/deployments.ts';
import { buildStatements } from '../../engine/postgres/versions/statements.ts';
import { versionStatements } from '../../engine/risingwave/versions/versions.ts';
import {
  type Deployment,
  DeploymentBusy,
  DeploymentRefused,
  type Files,
} from '../../engine/versions/deployment.ts';
import type { Plan } from '../../engine/versions/plan.ts';
import type { Context } from '../context.ts';
import { FoundWanting, UsageError } from '../errors.ts';
import { EXIT } from '../exitCodes.ts';
import { onInterrupt } from '../interrupt.ts';
import { applyThere, keepsItsViews, risingwaveOptions } from '../risingwave.ts';
import { audit, describeAudits, objections } from './audit.ts';
import { follow } from './follow.ts';
import { changingVersions, owner, withDatabase } from './place.ts';
import { planOn } from './plan.ts';
import { describePlan } from './planText.ts';

interface Flags {
  readonly dryRun?: true;
  readonly from?: string;
  readonly detach?: true;
  readonly json?: true;
}

/** `tickwave apply` */
export function apply(context: Context): Command {
  return new Command('apply')
    .description(
      'build what changed in sql/ beside the running version, newest rows first; nobody sees it before `promote`',
    )
    .option('--dry-run', 'print the plan and every statement, and do nothing')
    .option(
      '--from <folder>',
      'with --dry-run: sql/ as it is on a RisingWave; prints what takes that to this, step by step',
    )
    .option('--detach', 'do not wait: the engine that runs goes on building')
    .option('--json', 'the version as JSON, when it is built')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: Flags) => context.finish(await chosen(context, flags)));
}

const EXAMPLES = `
Examples:
  $ tickwave apply && tickwave diff && tickwave promote
  $ tickwave apply --dry-run
  $ tickwave apply --dry-run --from ../deployed/sql > steps.sql
  $ tickwave apply --detach

Ctrl-C takes it back. Killed, it goes on where it was, with the next \`apply\` or the engine that runs. Ends with 1 when an audit failed.`;

async function chosen(context: Context, flags: Flags): Promise<number> {
  if (flags.from !== undefined && !flags.dryRun)
    throw new UsageError(
      '--from goes with --dry-run: on RisingWave the statements are sent by you, step by step',
    );
  if (flags.from !== undefined) return dryRunRisingwave(context, flags.from);
  if (await keepsItsViews(context.config())) return applyThere(context, flags.dryRun === true);
  return flags.dryRun ? dryRun(context) : run(context, flags);
}

/** From one folder to another, as RisingWave gets it: pure SQL, for `psql -f` a step at a time. */
async function dryRunRisingwave({ terminal, config }: Context, folder: string): Promise<number> {
  const settings = config();
  const [before, after] = [await loadCatalog(folder), await loadCatalog(settings.SQL_DIR)];
  const { refusals, ...steps } = versionStatements(before, after, risingwaveOptions(settings));
  if (refusals.length > 0) throw new DeploymentRefused(refusals.join('\n'));
  for (const [step, statements] of Object.entries(steps)) {
    terminal.print(`-- ${step}`);
    for (const statement of statements) terminal.print(`${statement};`);
  }
  return EXIT.ok;
}

async function catalogHere(context: Context): Promise<Catalog> {
  const all = await loadCatalog(context.config().SQL_DIR);
  return new Catalog(all.objects.filter(({ dialect }) => dialect !== 'risingwave'));
}

async function run(context: Context, flags: Flags): Promise<number> {
  const { terminal } = context;
  const catalog = await catalogHere(context);
  return changingVersions(context, 'apply', async (client, url) => {
    const id = await begin(context, client, url, catalog);
    if (id === null) return EXIT.ok;
    if (flags.detach) {
      terminal.say(`version ${id} is being built; \`tickwave apply\` follows it`);
      return EXIT.ok;
    }
    const signal = onInterrupt(terminal.say);
    const deployment = await follow(context, client, id, ['built', 'audited', 'rolled_back'], signal);
    if (signal.aborted) return cancel(context, client, id);
    const audits = await audit(client, context.config(), url, deployment);
    const failed = objections(audits, []).length > 0;
    if (!failed && deployment.state === 'built') await setState(client, id, 'audited', owner().owner);
    const { oldFiles: _o, newFiles: _n, ...shown } = deployment;
    if (flags.json) terminal.print(JSON.stringify({ ...shown, audits }));
    else for (const line of describeAudits(audits, [])) terminal.say(line);
    if (failed) throw new FoundWanting('audits failed');
    terminal.say(
      `version ${id} is built and kept up to date; see \`tickwave diff\`, then \`tickwave promote\``,
    );
    return EXIT.ok;
  });
}

/** Asks for the version, or finds it on its way. @returns null when there is nothing to do */
async function begin(
  context: Context,
  client: pg.Client,
  url: string,
  catalog: Catalog,
): Promise<number | null> {
  const { terminal } = context;
  const files = filesOf(catalog);
  const active = await activeDeployment(client);
  if (active !== null) {
    if (!sameFiles(active.newFiles, files) || active.state === 'promoted')
      throw new DeploymentBusy(describeBusy(active));
    terminal.say(`going on with version ${active.id}, which is ${active.state.replace('_', ' ')}`);
    return active.id;
  }
  const plan = await planOn(context, url, catalog);
  for (const line of describePlan(plan, { diff: false })) terminal.say(line);
  if (plan.changes.length === 0) return null;
  refuse(plan);
  const deployed = await readDeployedCatalog(client);
  return addDeployment(client, owner(), plan, { old: filesOf(deployed ?? new Catalog([])), new: files });
}

function refuse({ refusals }: Plan): void {
  if (refusals.length > 0) throw new FoundWanting(refusals.join('; '));
}

async function cancel(context: Context, client: pg.Client, id: number): Promise<number> {
  await want(client, id, 'cancel', owner().owner);
  await follow(context, client, id, ['cancelled']);
  context.terminal.say(`version ${id} is cancelled; nothing of it is left`);
  return EXIT.interrupted;
}

async function dryRun(context: Context): Promise<number> {
  const catalog = await catalogHere(context);
  const { plan, statements } = await withDatabase(context, context.config(), async (url) => ({
    plan: await planOn(context, url, catalog),
    statements: await buildStatements(url, catalog),
  }));
  for (const line of describePlan(plan, { diff: false })) context.terminal.say(line);
  for (const statement of statements) context.terminal.print(`${statement};\n`);
  refuse(plan);
  return EXIT.ok;
}

function sameFiles(one: Files, other: Files): boolean {
  const text = (files: Files): string =>
    JSON.stringify(Object.entries(files).sort(([a], [b]) => a.localeCompare(b)));
  return text(one) === text(other);
}

/** A version as people call it. */
export function titleOf({ id, owner: by, host }: Deployment): string {
  return `version ${id} of ${by}@${host}`;
}
