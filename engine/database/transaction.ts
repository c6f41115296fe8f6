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
    ? bracketed(pool, 'begin', (client) => work(client, profile))
    : onConnection(pool, (client) => work(client, profile));
}

/** Runs queries that all see one moment of the database. */
export async function onSnapshot<T>(pool: Pool, work: Work<T>): Promise<T> {
  const profile = await engineOf(pool);
  return bracketed(pool, profile.snapshot, (client) => work(client, profile));
}

/** Lends a connection of the pool. */
export async function onConnection<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const lost = (error: Error): void => {
    broken = error;
  };
  client.on('error', lost);
  try {
    return await work(client);
  } finally {
    client.off('error', lost);
    client.release(broken);
  }
}

async function bracketed<T>(pool: Pool, begin: string, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((cause: unknown) => {
      broken = cause instanceof Error ? cause : new Error(String(cause));
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
