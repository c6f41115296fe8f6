import { randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { Clock } from '../clock.ts';
import type { EngineProfile } from '../profile.ts';
import { engineOf } from './engineOf.ts';
import { Lease } from './lease.ts';
import { inTransaction, onConnection, type Work } from './transaction.ts';

/** Something that only one may do at a time, as long as it is held. */
export interface Hold {
  /** Aborts when it was lost: the connection broke, or the lease ended before it could be renewed. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** Tries to be the only one in the whole database who does what the name says; null when another does. It ends with the process. */
export async function tryHold(pool: Pool, name: string, clock: Clock): Promise<Hold | null> {
  const { advisoryLocks } = await engineOf(pool);
  return advisoryLocks ? lock(pool, name) : Lease.take({ pool, name, clock, owner: randomUUID() });
}

/** Runs the work while nobody else does what the name says; null without running it when another does. */
export async function alone<T>(
  pool: Pool,
  name: string,
  clock: Clock,
  work: () => Promise<T>,
): Promise<{ readonly result: T } | null> {
  const hold = await tryHold(pool, name, clock);
  if (hold === null) return null;
  try {
    return { result: await work() };
  } finally {
    await hold.release();
  }
}

/** Milliseconds between two looks at a name that another holds. */
const LOOK_AGAIN_MS = 200;

/**
 * Waits for its turn, then runs the work in one transaction where the engine has any; where it has none, what was written is
 * seen by whoever comes next.
 */
export async function inTurn<T>(pool: Pool, name: string, clock: Clock, work: Work<T>): Promise<T> {
  const profile = await engineOf(pool);
  if (profile.advisoryLocks)
    return inTransaction(pool, async (client) => {
      await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [name]);
      return work(client, profile);
    });
  const hold = await waitFor(pool, name, clock);
  try {
    return await onConnection(pool, (client) => flushed(client, profile, work));
  } finally {
    await hold.release();
  }
}

async function flushed<T>(client: PoolClient, profile: EngineProfile, work: Work<T>): Promise<T> {
  try {
    return await work(client, profile);
  } finally {
    if (profile.flush !== null) await client.query(profile.flush);
  }
}

async function waitFor(pool: Pool, name: string, clock: Clock): Promise<Hold> {
  for (;;) {
    const hold = await tryHold(pool, name, clock);
    if (hold !== null) return hold;
    await clock.sleep(LOOK_AGAIN_MS);
  }
}

/** The lock is the session's, so it goes with the process that had it. */
async function lock(pool: Pool, name: string): Promise<Hold | null> {
  const client = await pool.connect();
  const lost = new AbortController();
  const broken = (): void => lost.abort();
  client.on('error', broken);
  client.on('end', broken);
  const giveBack = (destroy: boolean): void => {
    client.off('error', broken);
    client.off('end', broken);
    client.release(destroy);
  };
  try {
    const text = 'select pg_try_advisory_lock(hashtextextended($1, 0)) as locked';
    const { rows } = await client.query<{ locked: boolean }>(text, [name]);
    if (rows[0]?.locked !== true) {
      giveBack(false);
      return null;
    }
  } catch (error) {
    giveBack(true);
    throw error;
  }
  return {
    lost: lost.signal,
    release: async () => {
      const text = 'select pg_advisory_unlock(hashtextextended($1, 0))';
      // Where it cannot be unlocked the session ends, and with it the lock.
      const unlocked =
        !lost.signal.aborted &&
        (await client.query(text, [name]).then(
          () => true,
          () => false,
        ));
      giveBack(!unlocked);
    },
  };
}
