import { Command } from 'commander';
import { Catalog, loadCatalog } from '../../engine/catalog/catalog.ts';
import { describeHolder } from '../../engine/versions/holder.ts';
import { type Plan, planChanges } from '../../engine/versions/plan.ts';
import { describeBusy, type Versions } from '../../engine/versions/versions.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exitCodes.ts';
import { findConsumers } from './consumers.ts';
import { withVersions } from './place.ts';
import { describePlan } from './planText.ts';

/** The plan could not be made. An error of its own, so that 2 always means that there are changes. */
export class PlanFailed extends Error {
  override readonly name = 'PlanFailed';
}

interface Flags {
  readonly json?: true;
  readonly diff: boolean;
}

/** `tickwave plan` */
export function plan(context: Context): Command {
  return new Command('plan')
    .description('compare sql/ with what is deployed: what changes, what that breaks, what building it costs')
    .option('--no-diff', 'without the lines that differ')
    .option('--json', 'as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: Flags) => context.finish(await run(context, flags)));
}

const EXAMPLES = `
Examples:
  $ tickwave plan
  $ tickwave plan --json | jq -r '.changes[] | select(.class == "breaking") | .name'

Ends with 0 when there is nothing to do, with 2 when there are changes, with 1 when the plan could not be made.`;

async function run(context: Context, { json, diff }: Flags): Promise<number> {
  const { terminal } = context;
  const found = await makePlan(context).catch((cause: unknown) => {
    throw new PlanFailed('no plan could be made', { cause });
  });
  const { plan: made, active, shown, holder } = found;
  if (json) terminal.print(JSON.stringify({ ...made, onItsWay: shown, lock: holder }, null, 2));
  else for (const line of describePlan(made, { diff })) terminal.print(line);
  if (active !== null) terminal.say(describeBusy(active));
  if (holder !== null) terminal.say(describeHolder(holder));
  return made.changes.length === 0 ? EXIT.ok : EXIT.changes;
}

/** With who is at it meanwhile: what is compared with may be about to change. */
async function makePlan(context: Context) {
  const after = await loadCatalog(context.config().SQL_DIR);
  return withVersions(context, async (versions, url) => {
    const active = await versions.active();
    const { oldFiles: _o, newFiles: _n, ...shown } = active ?? { oldFiles: {}, newFiles: {} };
    return {
      plan: await planOn(context, versions, url, after),
      active,
      shown: active && shown,
      holder: await versions.holder(),
    };
  });
}

/** What applying a catalog to a database would do. */
export async function planOn(context: Context, versions: Versions, url: string, all: Catalog): Promise<Plan> {
  const before = (await versions.deployed()) ?? new Catalog([]);
  const after = versions.here(all);
  const consumers = await findConsumers(context.config(), url, before);
  const first = planChanges({ before, after, consumers });
  const built = first.changes.filter((change) => change.built).map(({ name }) => name);
  const costOf = await versions.costs(built);
  const plan = costOf === null ? first : planChanges({ before, after, consumers, costOf });
  return { ...plan, refusals: [...new Set([...plan.refusals, ...versions.refusals(before, after)])] };
}
