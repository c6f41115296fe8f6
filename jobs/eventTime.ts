import type { Pool } from 'pg';

/** The latest event time of all markets, milliseconds since the Unix epoch; 0 before there is any. */
export async function eventTime(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ now: number | null }>(
    'select (extract(epoch from max(event_time)) * 1000)::double precision as now from watermarks',
  );
  return rows[0]?.now ?? 0;
}
