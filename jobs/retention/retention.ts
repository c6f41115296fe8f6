import type { Pool } from 'pg';
import { MEMBER } from '../scoring/membership.ts';

export interface RetentionOptions {
  /** Connections as the owner of the database; one is enough. */
  readonly pool: Pool;
  /** In milliseconds since the Unix epoch. */
  readonly now: number;
  /** Days for which samples of the pipeline's health are kept. */
  readonly monitoringDays: number;
}

/** What was deleted of one table. */
export interface Deleted {
  readonly table: string;
  readonly rows: number;
}

const DAY = 86_400_000;

/**
 * Deletes what is older than it is kept: samples of health, and the leases of scorers that are gone. Everything else is kept for
 * ever: trades, predictions and what they came to.
 */
export async function applyRetention({
  pool,
  now,
  monitoringDays,
}: RetentionOptions): Promise<readonly Deleted[]> {
  const health = await pool.query('delete from pipeline_health where sampled_at < $1', [
    new Date(now - monitoringDays * DAY),
  ]);
  const old = new Date(now - DAY);
  const { rows } = await pool.query<{ name: string }>('select name from leases where expires_at < $1', [old]);
  const gone = rows.map(({ name }) => name).filter((name) => name.startsWith(MEMBER));
  const leases =
    gone.length === 0
      ? null
      : await pool.query('delete from leases where name = any($1) and expires_at < $2', [gone, old]);
  return [
    { table: 'pipeline_health', rows: health.rowCount ?? 0 },
    { table: 'leases', rows: leases?.rowCount ?? 0 },
  ];
}
