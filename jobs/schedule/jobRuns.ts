import type { Pool } from 'pg';
import { z } from 'zod';
import type { Clock } from '../../engine/clock.ts';
import { UnknownRun } from './errors.ts';

/** How a run stands or ended: `lost` is one whose process died. */
export type RunState = 'running' | 'done' | 'failed' | 'cancelled' | 'lost';

const instant = z.date().transform((date) => date.toISOString());
const runSchema = z
  .object({
    kind: z.string(),
    run: z.int(),
    state: z.enum(['running', 'done', 'failed', 'cancelled', 'lost']),
    started_by: z.string(),
    progress: z.number(),
    message: z.string(),
    cancel_requested: z.boolean(),
    started_at: instant,
    updated_at: instant,
    finished_at: instant.nullable(),
  })
  .transform((row) => ({
    kind: row.kind,
    run: row.run,
    state: row.state,
    startedBy: row.started_by,
    progress: row.progress,
    message: row.message,
    cancelRequested: row.cancel_requested,
    startedAt: row.started_at,
    updatedAt: row.updated_at,
    finishedAt: row.finished_at,
  }));

/** A run as the table `job_runs` has it. Times are ISO 8601 in UTC. */
export type JobRun = Readonly<z.output<typeof runSchema>>;

/** The table `job_runs`. */
export class JobRuns {
  readonly #pool: Pool;
  readonly #clock: Clock;

  constructor(pool: Pool, clock: Clock) {
    this.#pool = pool;
    this.#clock = clock;
  }

  /** The newest first. */
  async list(kind: string, limit: number): Promise<readonly JobRun[]> {
    const text = 'select * from job_runs where kind = $1 order by run desc limit $2';
    return (await this.#pool.query(text, [kind, limit])).rows.map((row) => runSchema.parse(row));
  }

  /** Calls a run off, from any process; it ends within seconds. @throws UnknownRun when it is not running */
  async cancel(kind: string, run: number): Promise<void> {
    const { rowCount } = await this.#pool.query(
      "update job_runs set cancel_requested = true where kind = $1 and run = $2 and state = 'running'",
      [kind, run],
    );
    if (rowCount === 0)
      throw new UnknownRun(`There is no ${kind} ${run} under way;`, 'look at job_runs for what runs.');
  }

  /** Begins a run. Whoever calls holds the lock of the kind, so what still says that it runs has died. */
  async begin(kind: string, startedBy: string): Promise<number> {
    const now = this.#now();
    await this.#pool.query(
      "update job_runs set state = 'lost', finished_at = $2, message = 'Its process died.' where kind = $1 and state = 'running'",
      [kind, now],
    );
    const { rows } = await this.#pool.query<{ run: number }>(
      `insert into job_runs (kind, run, state, started_by, progress, message, cancel_requested, started_at, updated_at)
       select $1::varchar, coalesce(max(run), 0) + 1, 'running', $2::varchar, 0, '', false, $3::timestamptz, $3::timestamptz
       from job_runs where kind = $1::varchar returning run`,
      [kind, startedBy, now],
    );
    return rows[0]?.run ?? 0;
  }

  /** Writes how far it is. @returns whether somebody has called it off */
  async beat(kind: string, run: number, progress: number, message: string): Promise<boolean> {
    const { rows } = await this.#pool.query<{ cancel_requested: boolean }>(
      'update job_runs set progress = $3, message = $4, updated_at = $5 where kind = $1 and run = $2 returning cancel_requested',
      [kind, run, progress, message, this.#now()],
    );
    return rows[0]?.cancel_requested ?? false;
  }

  async end(kind: string, run: number, state: RunState, message: string): Promise<void> {
    await this.#pool.query(
      `update job_runs set state = $3::varchar, message = $4, updated_at = $5, finished_at = $5,
         progress = case when $3::varchar = 'done' then 1 else progress end where kind = $1 and run = $2`,
      [kind, run, state, message, this.#now()],
    );
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString();
  }
}
