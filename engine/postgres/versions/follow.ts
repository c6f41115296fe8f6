import type { ClientBase } from 'pg';
import { systemClock } from '../../clock.ts';
import { type Deployment, DeploymentRefused, type DeploymentState } from '../../versions/deployment.ts';
import type { BringOptions } from '../../versions/versions.ts';
import { findDeployment } from './deployments.ts';

const POLL_MS = 200;

/**
 * Waits until the engine has brought a version to a state, and tells how far it is.
 *
 * @throws DeploymentRefused with what the engine says when that is not to be
 */
export async function follow(
  client: ClientBase,
  id: number,
  wanted: readonly DeploymentState[],
  { signal, tell = () => {}, waits = () => {} }: BringOptions,
): Promise<Deployment> {
  let waiting: string | null = null;
  for (;;) {
    const deployment = await findDeployment(client, id);
    if (deployment === null) throw new DeploymentRefused(`version ${id} is gone`);
    if (wanted.includes(deployment.state) && deployment.wanted === null) return deployment;
    if (signal?.aborted) return deployment;
    const { state, message } = deployment;
    if (state === 'failed' || (deployment.wanted === null && state !== 'building' && message !== null))
      throw new DeploymentRefused(`version ${id} is ${state.replace('_', ' ')}: ${message}`);
    if (state === 'cancelled') throw new DeploymentRefused(`version ${id} was cancelled`);
    if (message !== null && message !== waiting) waits(message);
    waiting = message;
    if (state === 'building' && deployment.progress !== null) {
      const { rows, share, cut } = deployment.progress;
      tell({ rows, share, note: cut === null ? '' : `back to ${cut.slice(0, 16)}` });
    }
    await systemClock.sleep(POLL_MS, signal);
  }
}
