import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';
import type { Clock } from '../../engine/clock.ts';
import { engineOf } from '../../engine/database/engineOf.ts';
import { type WrittenRow, writeRows } from '../../engine/database/writeRows.ts';
import { said } from '../models/errors.ts';
import { applyRetention } from '../retention/retention.ts';

const FIND_HEALTH = readFileSync(new URL('./sql/findHealth.sql', import.meta.url), 'utf8');
const MINUTE = 60_000;

export interface HealthSamplesOptions {
  /** Connections as the owner of the database; one is enough. */
  readonly pool: Pool;
  readonly clock: Clock;
  /** Older samples are deleted. */
  readonly retentionDays: number;
  /** Told in words when no sample can be taken. */
  readonly say: (sentence: string) => void;
}

/** Stores how each market's pipeline is at this minute, in `pipeline_health`. @returns how many rows were new */
export async function sampleHealth(pool: Pool, now: number): Promise<number> {
  const sampled_at = new Date(Math.floor(now / MINUTE) * MINUTE).toISOString();
  const { rows } = await pool.query<WrittenRow>(FIND_HEALTH);
  const samples = rows.map((row) => ({ sampled_at, ...row }));
  return writeRows(pool, await engineOf(pool), 'pipeline_health', samples);
}

/** Takes a sample each minute until the signal, and deletes old ones each hour; what fails is said once and tried again. */
export async function runHealthSamples(options: HealthSamplesOptions, signal: AbortSignal): Promise<void> {
  const { pool, clock, retentionDays, say } = options;
  let failure: string | null = null;
  for (let deletedAt = Number.NEGATIVE_INFINITY; !signal.aborted; ) {
    const now = clock.now();
    try {
      await sampleHealth(pool, now);
      if (now >= deletedAt + 60 * MINUTE) {
        await applyRetention({ pool, now, monitoringDays: retentionDays });
        deletedAt = now;
      }
      failure = null;
    } catch (error) {
      if (said(error) !== failure) say(`the health of the pipeline is not noted: ${said(error)}`);
      failure = said(error);
    }
    await clock.sleep(MINUTE - (clock.now() % MINUTE), signal);
  }
}
