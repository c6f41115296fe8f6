import type { Pool } from 'pg';
import { z } from 'zod';
import type { Clock } from '../../engine/clock.ts';
import { engineOf } from '../../engine/database/engineOf.ts';
import { rowLimit } from '../../engine/database/rowLimit.ts';
import { flush, writeRows } from '../../engine/database/writeRows.ts';
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
    const text = `select * from job_runs where kind = $1 order by run desc limit ${rowLimit(limit)}`;
    return (await this.#pool.query(text, [kind])).rows.map((row) => runSchema.parse(row));
  }

  /** Calls a run off, from any process; it ends within seconds. @throws UnknownRun when it is not running */
  async cancel(kind: string, run: number): Promise<void> {
    const found = await this.#find(kind, run);
    if (found?.state !== 'running')
      throw new UnknownRun(`There is no ${kind} ${run} under way;`, 'look at job_runs for what runs.');
    await this.#pool.query(
      "update job_runs set cancel_requested = true where kind = $1 and run = $2 and state = 'running'",
      [kind, run],
    );
  }

  /** Begins a run. Whoever calls is the only one of the kind, so what still says that it runs has died. */
  async begin(kind: string, startedBy: string): Promise<number> {
    const profile = await engineOf(this.#pool);
    const now = this.#now();
    await this.#pool.query(
      "update job_runs set state = 'lost', finished_at = $2, message = 'Its process died.' where kind = $1 and state = 'running'",
      [kind, now],
    );
    const [last] = await this.list(kind, 1);
    const run = (last?.run ?? 0) + 1;
    const begun = { progress: 0, message: '', cancel_requested: false, started_at: now, updated_at: now };
    await writeRows(this.#pool, profile, 'job_runs', [
      { kind, run, state: 'running', started_by: startedBy, ...begun },
    ]);
    await flush(this.#pool, profile);
    return run;
  }

  /** Writes how far it is. @returns whether somebody has called it off */
  async beat(kind: string, run: number, progress: number, message: string): Promise<boolean> {
    await this.#pool.query(
      'update job_runs set progress = $3, message = $4, updated_at = $5 where kind = $1 and run = $2',
      [kind, run, progress, message, this.#now()],
    );
    return (await this.#find(kind, run))?.cancelRequested ?? false;
  }

  async end(kind: string, run: number, state: RunState, message: string): Promise<void> {
    const share = state === 'done' ? ', progress = 1' : '';
    await this.#pool.query(
      `update job_runs set state = $3, message = $4, updated_at = $5, finished_at = $5${share} where kind = $1 and run = $2`,
      [kind, run, state, message, this.#now()],
    );
    await flush(this.#pool, await engineOf(this.#pool));
  }

  async #find(kind: string, run: number): Promise<JobRun | undefined> {
    const text = 'select * from job_runs where kind = $1 and run = $2';
    const [row] = (await this.#pool.query(text, [kind, run])).rows;
    return row === undefined ? undefined : runSchema.parse(row);
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString();
  }
}
