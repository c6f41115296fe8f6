import pg from 'pg';

/**
 * Connections as the owner of the database. They break when it restarts: the pool replaces idle ones, and whoever has a lent one
 * hears of it from its next query; neither is to end the process.
 *
 * @param name shown in `pg_stat_activity`
 * @param max connections at most; they are opened when they are needed
 */
export function ownerPool(url: string, name: string, max: number): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, application_name: name, max });
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}
