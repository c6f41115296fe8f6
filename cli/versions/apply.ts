import { Command } from 'commander';
import { Catalog, loadCatalog } from '../../engine/catalog/catalog.ts';
import { versionStatements } from '../../engine/risingwave/versions/steps.ts';
import { DeploymentBusy, DeploymentRefused, type Files } from '../../engine/versions/deployment.ts';
import { filesOf } from '../../engine/versions/files.ts';
import type { Plan } from '../../engine/versions/plan.ts';
import { describeBusy, type Versions } from '../../engine/versions/versions.ts';
import type { Context } from '../context.ts';
import { FoundWanting, UsageError } from '../errors.ts';
import { EXIT } from '../exitCodes.ts';
import { onInterrupt } from '../interrupt.ts';
import { risingwaveOptions } from '../risingwave.ts';
import { adviceOn, audit, describeAudits, objections } from './audit.ts';
import { bring } from './follow.ts';
import { changingVersions, owner, titleOf, withVersions } from './place.ts';
import { planOn } from './plan.ts';
import { describePlan } from './planText.ts';
import { promoteVersion } from './promote.ts';

interface Flags {
  readonly dryRun?: true;
  readonly from?: string;
  readonly detach?: true;
  readonly promote?: true;
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
    .option('--promote', 'promote it at once when all audits pass, as a Job of a cluster does')
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
  $ DATABASE_URL=postgres://tickwave@db.internal/tickwave tickwave apply --promote

Ctrl-C takes it back. Killed, it goes on where it was, with the next \`apply\` or the engine that runs. Ends with 1 when an audit failed.`;

async function chosen(context: Context, flags: Flags): Promise<number> {
  if (flags.from !== undefined && !flags.dryRun)
    throw new UsageError('--from goes with --dry-run: what is deployed is known where it is deployed');
  if (flags.promote && (flags.dryRun || flags.detach))
    throw new UsageError('--promote waits for the version, so it goes with neither --dry-run nor --detach');
  if (flags.from !== undefined) return dryRunRisingwave(context, flags.from);
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

async function run(context: Context, flags: Flags): Promise<number> {
  const { terminal } = context;
  const catalog = await loadCatalog(context.config().SQL_DIR);
  return changingVersions(context, 'apply', async (versions, url) => {
    if (flags.detach && !versions.goesOn)
      throw new UsageError('--detach: here nobody goes on building when the command has ended; leave it out');
    // From before it is asked for: a Ctrl-C in between would leave it to the engine.
    const signal = onInterrupt(terminal.say);
    const id = await begin(context, versions, url, catalog, flags.promote === true);
    if (id === null) return EXIT.ok;
    if (flags.detach) {
      terminal.say(`version ${id} is being built; \`tickwave apply\` follows it`);
      return EXIT.ok;
    }
    const deployment = await bring(context, versions, id, null, ['built', 'audited', 'rolled_back'], signal);
    if (signal.aborted) return cancel(context, versions, id);
    const audits = await audit(context, versions, deployment);
    if (signal.aborted) return cancel(context, versions, id);
    const failed = objections(audits, []);
    if (failed.length === 0 && deployment.state === 'built') await versions.passed(id, owner());
    const { oldFiles: _o, newFiles: _n, ...shown } = deployment;
    if (flags.json) terminal.print(JSON.stringify({ ...shown, audits }));
    else for (const line of describeAudits(audits, [])) terminal.say(line);
    if (failed.length > 0) {
      terminal.say(adviceOn(failed));
      throw new FoundWanting('audits failed');
    }
    if (flags.promote) {
      await promoteVersion(context, versions, []);
      return EXIT.ok;
    }
    terminal.say(
      `version ${id} is built and kept up to date; see \`tickwave diff\`, then \`tickwave promote\``,
    );
    return EXIT.ok;
  });
}

/** Asks for the version, or finds it on its way. @returns null when there is nothing to do */
async function begin(
  context: Context,
  versions: Versions,
  url: string,
  catalog: Catalog,
  promotes: boolean,
): Promise<number | null> {
  const { terminal } = context;
  const files = filesOf(versions.here(catalog));
  const active = await versions.active();
  if (active !== null) {
    if (promotes && active.state === 'promoted' && sameFiles(active.newFiles, files)) {
      terminal.say(
        `nothing to do: ${titleOf(active)} has the names; \`tickwave cleanup\` drops what was before`,
      );
      return null;
    }
    if (!sameFiles(active.newFiles, files) || active.state === 'promoted')
      throw new DeploymentBusy(describeBusy(active));
    terminal.say(`going on with version ${active.id}, which is ${active.state.replace('_', ' ')}`);
    return active.id;
  }
  const plan = await planOn(context, versions, url, catalog);
  for (const line of describePlan(plan, { diff: false })) terminal.say(line);
  if (plan.changes.length === 0) return null;
  refuse(plan);
  const deployed = await versions.deployed();
  return versions.add(owner(), plan, { old: filesOf(deployed ?? new Catalog([])), new: files });
}

function refuse({ refusals }: Plan): void {
  if (refusals.length > 0) throw new FoundWanting(refusals.join('; '));
}

async function cancel(context: Context, versions: Versions, id: number): Promise<number> {
  await bring(context, versions, id, 'cancel', ['cancelled']);
  context.terminal.say(`version ${id} is cancelled; nothing of it is left`);
  return EXIT.interrupted;
}

async function dryRun(context: Context): Promise<number> {
  const catalog = await loadCatalog(context.config().SQL_DIR);
  const { plan, statements } = await withVersions(context, async (versions, url) => ({
    plan: await planOn(context, versions, url, catalog),
    statements: await versions.statements(catalog),
  }));
  for (const line of describePlan(plan, { diff: false })) context.terminal.say(line);
  for (const statement of statements) context.terminal.print(statement);
  refuse(plan);
  return EXIT.ok;
}

function sameFiles(one: Files, other: Files): boolean {
  const text = (files: Files): string =>
    JSON.stringify(Object.entries(files).sort(([a], [b]) => a.localeCompare(b)));
  return text(one) === text(other);
}
