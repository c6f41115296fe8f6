import { readFileSync } from 'node:fs';
import pg from 'pg';
import { testDatabase } from '../../../test/support/database.ts';

/** A database with the tables of alerts, and a table `measured` whose rows a test decides. */
export interface AlertsDatabase {
  readonly pool: pg.Pool;
  drop(): Promise<void>;
}

export async function alertsDatabase(): Promise<AlertsDatabase> {
  const database = await testDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 4 });
  pool.on('error', () => {}); // Tests end sessions on purpose.
  for (const object of ['landing/alerts', 'landing/alert_deliveries'])
    await pool.query(readFileSync(new URL(`../../../sql/${object}.sql`, import.meta.url), 'utf8'));
  await pool.query('create table measured (symbol varchar primary key, value double precision)');
  return {
    pool,
    drop: async () => {
      await pool.end();
      await database.drop();
    },
  };
}
