import type { ClientBase } from 'pg';
import { DeploymentRefused } from '../../versions/deployment.ts';
import { requireBuilt } from '../apply.ts';
import { refused, refusedAsThere } from '../connection.ts';
import { StatementFailed } from '../errors.ts';
import { readIds } from './names.ts';
import type { VersionStep } from './steps.ts';
import type { StoredDeployment, ViewIds } from './store.ts';

const NOT_THERE = /not found|not exist|does not exist/i;

export interface SendOptions {
  /** Which version is to have the names. */
  readonly names: keyof ViewIds;
  readonly deployment: StoredDeployment;
  /** Told before each step that is sent. */
  readonly tell?: (step: VersionStep, done: number, total: number) => Promise<void> | void;
  /** Ends the sending before the next step. */
  readonly signal?: AbortSignal;
}

/** Sends steps in their order, each only when it is not done yet. Whoever died in between is gone on from by sending them again. */
export async function sendSteps(
  client: ClientBase,
  steps: readonly VersionStep[],
  options: SendOptions,
): Promise<void> {
  for (const [index, step] of steps.entries()) {
    if (options.signal?.aborted) return;
    if (step.how === 'swap' && (await hasName(client, step.name, options))) continue;
    await options.tell?.(step, index, steps.length);
    await sendStep(client, step);
  }
}

async function sendStep(client: ClientBase, { how, name, sql }: VersionStep): Promise<void> {
  try {
    await client.query(sql);
  } catch (error) {
    const done =
      (how === 'make' && refusedAsThere(error)) ||
      (how === 'drop' && refused(error) && NOT_THERE.test(error.message));
    if (!done) throw new StatementFailed(name === '' ? sql : `\`${sql.split('\n')[0]}\``, error);
  }
  if (how === 'built') await requireBuilt(client, name);
}

/** Whether the wanted version has the name already. */
async function hasName(
  client: ClientBase,
  name: string,
  { deployment, names }: SendOptions,
): Promise<boolean> {
  const [now, known] = [(await readIds(client)).get(name), deployment.ids[name]];
  if (known === undefined || (now !== known.old && now !== known.new))
    throw new DeploymentRefused(
      `'${name}' is neither of its two versions on RisingWave (${now ?? 'nothing'} has the name): somebody else changed it`,
    );
  return now === known[names];
}
