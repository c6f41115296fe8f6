import { Command } from 'commander';
import {
  type Deployment,
  DeploymentRefused,
  type DeploymentState,
} from '../../engine/versions/deployment.ts';
import type { Versions } from '../../engine/versions/versions.ts';
import type { Context } from '../context.ts';
import { FoundWanting } from '../errors.ts';
import { adviceOn, audit, describeAudits, objections } from './audit.ts';
import { bring } from './follow.ts';
import { changingVersions, owner, titleOf } from './place.ts';

/** `tickwave promote` */
export function promote(context: Context): Command {
  return new Command('promote')
    .description(
      'give the names of views to the version that `apply` built: in one transaction, on RisingWave view after view',
    )
    .option('--allow <audits...>', 'audits that may fail, as `rows` when fewer rows are meant')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tickwave promote\n  $ tickwave promote --allow rows\n\nThe old version is kept up to date until `tickwave cleanup`, and `tickwave rollback` takes it back.',
    )
    .action(async ({ allow = [] }: { readonly allow?: readonly string[] }) =>
      changingVersions(context, 'promote', (versions) => promoteVersion(context, versions, allow)),
    );
}

/** Gives the names to the version that was built, if its audits pass. @param allow audits that may fail */
export async function promoteVersion(
  context: Context,
  versions: Versions,
  allow: readonly string[],
): Promise<void> {
  const { terminal } = context;
  const deployment = await need(versions, ['built', 'audited', 'rolled_back'], 'promote');
  const audits = await audit(context, versions, deployment);
  for (const line of describeAudits(audits, allow)) terminal.say(line);
  if (objections(audits, allow).length > 0) {
    context.terminal.say(adviceOn(audits.filter(({ passed }) => !passed)));
    throw new FoundWanting('audits failed');
  }
  if (deployment.state === 'built') await versions.passed(deployment.id, owner());
  await bring(context, versions, deployment.id, 'promote', ['promoted']);
  for (const model of await modelsOf(versions, deployment))
    terminal.warn(
      `${model} learned from features as they were before: it does not predict until it is trained anew, which start and score do by themselves, else tickwave train`,
    );
  terminal.say(
    `${titleOf(deployment)} has the names now; \`tickwave rollback\` takes the old one back, \`tickwave cleanup\` drops it`,
  );
}

/** `tickwave rollback` */
export function rollback(context: Context): Command {
  return new Command('rollback')
    .description('give the names back to the version before the last promotion')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tickwave rollback\n\nPossible until `tickwave cleanup`: until then the old version is kept up to date.',
    )
    .action(async () =>
      changingVersions(context, 'rollback', async (versions) => {
        const deployment = await need(versions, ['promoted'], 'roll back');
        await bring(context, versions, deployment.id, 'rollback', ['rolled_back']);
        context.terminal.say(
          `the version before ${titleOf(deployment)} has the names again; \`tickwave cleanup\` drops the new one. sql/ still has it: put it right before the next \`tickwave start\``,
        );
      }),
    );
}

/** `tickwave cleanup` */
export function cleanup(context: Context): Command {
  return new Command('cleanup')
    .description(
      'drop the version that does not have the names: the old one after `promote`, else the new one',
    )
    .addHelpText('after', '\nExamples:\n  $ tickwave cleanup')
    .action(async () =>
      changingVersions(context, 'cleanup', async (versions) => {
        const deployment = await need(
          versions,
          ['building', 'built', 'audited', 'promoted', 'rolled_back'],
          'clean up',
        );
        const { state } = deployment;
        const end = state === 'promoted' ? 'cleaned' : 'cancelled';
        await bring(context, versions, deployment.id, 'cleanup', [end]);
        context.terminal.say(
          state === 'promoted'
            ? `what was before ${titleOf(deployment)} is dropped`
            : `${titleOf(deployment)} is dropped; what was published stays`,
        );
      }),
    );
}

async function need(
  versions: Versions,
  states: readonly DeploymentState[],
  what: string,
): Promise<Deployment> {
  const deployment = await versions.active();
  if (deployment === null) {
    const [last] = await versions.history();
    const ended = last?.message ? `; version ${last.id} ${last.state}: ${last.message}` : '';
    throw new DeploymentRefused(`there is no version to ${what}; \`tickwave apply\` builds one${ended}`);
  }
  if (states.includes(deployment.state)) return deployment;
  throw new DeploymentRefused(
    `${titleOf(deployment)} is ${deployment.state.replace('_', ' ')} since ${deployment.changedAt.toISOString()}; to ${what} it has to be ${states.map((state) => state.replace('_', ' ')).join(' or ')}`,
  );
}

/** Models in service whose features the version changed. */
async function modelsOf(versions: Versions, { id }: Deployment): Promise<string[]> {
  const { changes } = await versions.planOf(id);
  const models = changes.flatMap(({ consumers }) => consumers.filter(({ kind }) => kind === 'model'));
  return [...new Set(models.map(({ name }) => name))].sort();
}
