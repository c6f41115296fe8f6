import { readFileSync } from 'node:fs';
import { type JobsDatabase, jobsDatabase } from '../../registry/testing/tables.ts';

const OBJECTS = [
  'landing/drift_references',
  'landing/drift_counts',
  'landing/drift_checks',
  'monitoring/drift',
  'monitoring/drift_states',
];

/** A stored view that monitoring reads, as a table with what it needs of it. */
const ACCURACY = `create table accuracy_1h (exchange varchar, symbol varchar, horizon_minutes int, model varchar, version int, hour timestamptz, predictions bigint,
  absolute_return_error_sum double precision, persistence_absolute_return_error_sum double precision,
  primary key (exchange, symbol, horizon_minutes, model, version, hour))`;

/** A database with the tables and views of monitoring; nothing keeps its views up to date. */
export async function monitoringDatabase(): Promise<JobsDatabase> {
  const database = await jobsDatabase();
  for (const object of OBJECTS) {
    const text = readFileSync(new URL(`../../../sql/${object}.sql`, import.meta.url), 'utf8');
    await database.pool.query(text.replace(/^\) on conflict[^;]*;/m, ');'));
  }
  await database.pool.query(ACCURACY);
  return database;
}

/** Empties all tables that monitoring reads and writes. */
export async function emptyMonitoring({ pool }: JobsDatabase): Promise<void> {
  await pool.query(
    `truncate models, scoring_progress, watermarks, features, predictions, prediction_errors, accuracy_1h,
       drift_references, drift_counts, drift_checks, retraining_decisions`,
  );
}

/** A version in `models`, as far as monitoring looks at it. */
export interface TestModel {
  readonly name: string;
  readonly version: number;
  readonly alias: 'champion' | 'challenger' | null;
  readonly trainedTo: string;
  readonly algorithm?: string;
}

export async function insertModel({ pool }: JobsDatabase, model: TestModel): Promise<void> {
  await pool.query(
    `insert into models (name, version, alias, algorithm, horizon_minutes, trained_to) values ($1, $2, $3, $4, 5, $5)`,
    [model.name, model.version, model.alias, model.algorithm ?? 'ridge', model.trainedTo],
  );
}

/** How far a version is scored in a market; times are milliseconds since the Unix epoch. */
export async function setProgress(
  { pool }: JobsDatabase,
  { name, version }: { readonly name: string; readonly version: number },
  symbol: string,
  began: number,
  through: number,
): Promise<void> {
  await pool.query(
    `insert into scoring_progress (model, version, exchange, symbol, starts_after, scored_through) values ($1, $2, 'kraken', $3, $4, $5)
     on conflict (model, version, exchange, symbol) do update set scored_through = excluded.scored_through`,
    [name, version, symbol, new Date(began).toISOString(), new Date(through).toISOString()],
  );
}
