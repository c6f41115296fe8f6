import type { Pool } from 'pg';
import { z } from 'zod';
import type { Clock } from '../../engine/clock.ts';
import { engineOf } from '../../engine/database/engineOf.ts';
import { rewriteRows } from '../../engine/database/rewriteRows.ts';
import { rowLimit } from '../../engine/database/rowLimit.ts';
import { flush, type WrittenRow, writeRows } from '../../engine/database/writeRows.ts';
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

/** Times that a cancellation is written until it is seen. */
const CANCEL_TRIES = 5;

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
    for (let tries = 0; tries < CANCEL_TRIES; tries++) {
      await this.#rewrite({ cancel_requested: true }, "kind = $1 and run = $2 and state = 'running'", [
        kind,
        run,
      ]);
      await flush(this.#pool, await engineOf(this.#pool));
      // Where rows are written anew as they were seen, its own beat may just have written it as it was before.
      const now = await this.#find(kind, run);
      if (now?.state !== 'running' || now.cancelRequested) return;
    }
  }

  /** Begins a run. Whoever calls is the only one of the kind, so what still says that it runs has died. */
  async begin(kind: string, startedBy: string): Promise<number> {
    const profile = await engineOf(this.#pool);
    const now = this.#now();
    const lost = { state: 'lost', finished_at: now, message: 'Its process died.' };
    await this.#rewrite(lost, "kind = $1 and state = 'running'", [kind]);
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
    const now = { progress, message, updated_at: this.#now() };
    await this.#rewrite(now, 'kind = $1 and run = $2', [kind, run]);
    return (await this.#find(kind, run))?.cancelRequested ?? false;
  }

  async end(kind: string, run: number, state: RunState, message: string): Promise<void> {
    const at = this.#now();
    const ended = {
      state,
      message,
      updated_at: at,
      finished_at: at,
      ...(state === 'done' ? { progress: 1 } : {}),
    };
    await this.#rewrite(ended, 'kind = $1 and run = $2', [kind, run]);
    await flush(this.#pool, await engineOf(this.#pool));
  }

  async #find(kind: string, run: number): Promise<JobRun | undefined> {
    const text = 'select * from job_runs where kind = $1 and run = $2';
    const [row] = (await this.#pool.query(text, [kind, run])).rows;
    return row === undefined ? undefined : runSchema.parse(row);
  }

  async #rewrite(set: WrittenRow, where: string, values: readonly unknown[]): Promise<void> {
    await rewriteRows(this.#pool, await engineOf(this.#pool), { table: 'job_runs', set, where, values });
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString();
  }
}
