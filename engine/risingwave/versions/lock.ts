import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Clock } from '../../clock.ts';
import { Lease } from '../../database/lease.ts';
import type { Queryable } from '../../database/writeRows.ts';
import { DeploymentBusy, type Owner } from '../../versions/deployment.ts';
import { describeHolder, type Holder } from '../../versions/holder.ts';

/** Name of the lease in the table `leases`. */
const NAME = 'versions of sql';

/** Who works on versions, as the lease keeps it. */
interface Kept extends Owner {
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
  const owner = JSON.stringify({ ...by, verb, since, nonce: randomUUID() } satisfies Kept);
  const isDead = (text: string): boolean => {
    const held = holderOf(text);
    return held !== null && held.host === by.host && !isAlive(held.pid);
  };
  const lease = await Lease.take({ pool, name: NAME, clock, owner, isDead });
  if (lease !== null) return lease;
  const held = await readHolder(pool, clock);
  throw new DeploymentBusy(
    held === null
      ? 'somebody else has just begun; try again'
      : `${describeHolder(held)}; wait until it has ended`,
  );
}

/** Who has the lease; null when nobody has. */
export async function readHolder(from: Queryable, clock: Clock): Promise<Holder | null> {
  const { rows } = await from.query<{ owner: string; expires_at: Date }>(
    'select owner, expires_at from leases where name = $1 order by term desc limit 1',
    [NAME],
  );
  const [last] = rows;
  const held = holderOf(last?.owner ?? '');
  if (last === undefined || held === null || Number(last.expires_at) <= clock.now()) return null;
  const since = new Date(held.since);
  return { ...held, since, heldMs: clock.now() - since.getTime(), silentMs: null };
}

function holderOf(text: string): Kept | null {
  try {
    return JSON.parse(text) as Kept;
  } catch {
    return null;
  }
}
