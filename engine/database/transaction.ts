import type { Pool, PoolClient } from 'pg';
import type { EngineProfile } from '../profile.ts';
import { engineOf } from './engineOf.ts';

/** What is done on one connection, which is of this engine. */
export type Work<T> = (client: PoolClient, profile: EngineProfile) => Promise<T>;

/**
 * Runs the work in one transaction on a connection of its own; what it throws takes everything back. Where the engine has no
 * transactions it runs all the same: its writes are ordered so that the next run repairs what a crash left half done.
 */
export async function inTransaction<T>(pool: Pool, work: Work<T>): Promise<T> {
  const profile = await engineOf(pool);
  return profile.transactions
    ? bracketed(pool, (client) => work(client, profile))
    : onConnection(pool, (client) => work(client, profile));
}

/**
 * Lends a connection of the pool, which is not used again once it has failed.
 *
 * @param work is given what it calls with an error after which the connection must not be used again, too
 */
export async function onConnection<T>(
  pool: Pool,
  work: (client: PoolClient, spoil: (error: Error) => void) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const spoil = (error: Error): void => {
    broken = error;
  };
  client.on('error', spoil);
  try {
    return await work(client, spoil);
  } finally {
    client.off('error', spoil);
    client.release(broken);
  }
}

function bracketed<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return onConnection(pool, async (client, spoil) => {
    try {
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch(spoil);
      throw error;
    }
  });
}
