import pg from 'pg';
import { RISINGWAVE } from '../profile.ts';

/** One connection to RisingWave, times in UTC. A connection that breaks rejects the query that runs, and calls `onLost`. */
export async function connect(
  url: string,
  name: string,
  onLost: (error: Error) => void = () => {},
): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: name });
  client.on('error', onLost);
  await client.connect();
  await client.query(RISINGWAVE.session);
  return client;
}

/** Whether the database itself refused a statement, and the connection lives. */
export function refused(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError;
}

/**
 * Whether a statement was refused since what it makes is there, or is being made. What it reads and does not find `does not exist`,
 * which is no such answer.
 */
export function refusedAsThere(error: unknown): boolean {
  return refused(error) && /\bexists\b|duplicate|creating|under creation/i.test(error.message);
}
