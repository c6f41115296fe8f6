import { readFileSync } from 'node:fs';
import pg from 'pg';
import { type TestDatabase, testDatabase } from '../../../test/support/database.ts';

const LANDING = [
  'models',
  'promotions',
  'scoring_progress',
  'predictions',
  'job_runs',
  'trades',
  'leases',
  'retraining_decisions',
];

/** Views that jobs read, as tables with what they need of them: a test decides what is in them. */
const VIEWS = `
create table watermarks (exchange varchar, symbol varchar, event_time timestamptz, closed_before timestamptz, primary key (exchange, symbol));
create table candles_1m (exchange varchar, symbol varchar, window_start timestamptz, close numeric, primary key (exchange, symbol, window_start));
create table features (exchange varchar, symbol varchar, window_start timestamptz, f0 double precision, f1 double precision, f2 double precision,
  complete boolean, primary key (exchange, symbol, window_start));
create table prediction_errors (exchange varchar, symbol varchar, window_start timestamptz, horizon_minutes int, model varchar, version int,
  predicted_return double precision, realised_return double precision, primary key (exchange, symbol, window_start, horizon_minutes, model, version));
create table catalog_fingerprints (object varchar primary key, fingerprint varchar, columns varchar);`;

/** A database with the tables of jobs, and connections to it. */
export interface JobsDatabase {
  readonly pool: pg.Pool;
  readonly url: string;
  drop(): Promise<void>;
}

/** Makes one; nothing keeps its views up to date. */
export async function jobsDatabase(): Promise<JobsDatabase> {
  const database: TestDatabase = await testDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 4 });
  pool.on('error', () => {}); // Tests end sessions on purpose.
  for (const table of LANDING) {
    const text = readFileSync(new URL(`../../../sql/landing/${table}.sql`, import.meta.url), 'utf8');
    await pool.query(text.replace(/^\)[^;]*;/m, ');'));
  }
  await pool.query(VIEWS);
  return {
    pool,
    url: database.url,
    drop: async () => {
      await pool.end();
      await database.drop();
    },
  };
}
