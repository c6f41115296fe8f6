import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Clock } from '../../clock.ts';
import { Lease } from '../../database/lease.ts';
import { DeploymentBusy, type Owner } from '../../versions/deployment.ts';
import { describeHolder } from '../../versions/versions.ts';

/** Name of the lease in the table `leases`. */
const NAME = 'versions of sql';

/** Who works on versions, as the lease keeps it. */
interface Holder extends Owner {
  readonly verb: string;
  readonly since: string;
  /** Tells two processes apart that are called the same. */
  readonly nonce: string;
}

export interface LockOptions {
  readonly by: Owner;
  readonly verb: string;
  readonly clock: Clock;
  /** Whether a process of this machine lives. */
  readonly isAlive: (pid: number) => boolean;
}

/**
 * Takes the lease on versions: one at a time, so that two people who apply at once hear of each other. That of a process of this
 * machine which has ended is taken over at once, others when their term ends.
 *
 * @throws DeploymentBusy with who has it, since when
 */
export async function takeVersions(pool: pg.Pool, { by, verb, clock, isAlive }: LockOptions): Promise<Lease> {
  const since = new Date(clock.now()).toISOString();
  const owner = JSON.stringify({ ...by, verb, since, nonce: randomUUID() } satisfies Holder);
  const isDead = (text: string): boolean => {
    const held = holderOf(text);
    return held !== null && held.host === by.host && !isAlive(held.pid);
  };
  const lease = await Lease.take({ pool, name: NAME, clock, owner, isDead });
  if (lease !== null) return lease;
  const { rows } = await pool.query<{ owner: string }>(
    'select owner from leases where name = $1 order by term desc limit 1',
    [NAME],
  );
  const held = holderOf(rows[0]?.owner ?? '');
  throw new DeploymentBusy(
    held === null
      ? 'somebody else has just begun; try again'
      : describeHolder(held, { verb: held.verb, since: new Date(held.since) }),
  );
}

function holderOf(text: string): Holder | null {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return null;
  }
}
