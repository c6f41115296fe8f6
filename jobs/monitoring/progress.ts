import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';

const FIND_PROGRESS = readFileSync(new URL('./sql/findProgress.sql', import.meta.url), 'utf8');

/** A version in service that looks at features, and how far it is scored and counted. Times are milliseconds since the Unix epoch. */
export interface WatchedModel {
  readonly name: string;
  readonly version: number;
  readonly alias: 'champion' | 'challenger';
  readonly horizonMinutes: number;
  /** Event time at which it came into service. */
  readonly began: number;
  /** End of the last minute that is scored in all markets that keep up. */
  readonly scoredThrough: number;
  /** Features that a reference is stored of. */
  readonly referred: readonly string[];
  /** Start of the last hour that was counted; null before the first. */
  readonly counted: number | null;
}

interface ProgressRow {
  readonly name: string;
  readonly version: number;
  readonly alias: 'champion' | 'challenger';
  readonly horizon_minutes: number;
  readonly began: Date;
  readonly scored_through: Date;
  readonly referred: readonly string[] | null;
  readonly counted: Date | null;
}

/** The versions that are watched: all in service but baselines that predict no change. */
export async function watchedModels(pool: Pool): Promise<readonly WatchedModel[]> {
  const { rows } = await pool.query<ProgressRow>(FIND_PROGRESS);
  return rows.map((row) => ({
    name: row.name,
    version: row.version,
    alias: row.alias,
    horizonMinutes: row.horizon_minutes,
    began: row.began.getTime(),
    scoredThrough: row.scored_through.getTime(),
    referred: row.referred ?? [],
    counted: row.counted?.getTime() ?? null,
  }));
}
