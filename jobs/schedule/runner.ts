import type { Pool } from 'pg';
import type { Clock } from '../../engine/clock.ts';
import { type Hold, tryHold } from '../../engine/database/hold.ts';
import { said } from '../models/errors.ts';
import { JobBusy, JobCancelled, JobLimit } from './errors.ts';
import { type JobRun, JobRuns, type RunState } from './jobRuns.ts';

/** What a job is given while it runs. */
export interface JobControl {
  /** Aborts when the job is called off or has passed a limit; the job ends by throwing. */
  readonly signal: AbortSignal;
  /** Tells how far it is, from 0 to 1, and what it does. */
  readonly progress: (share: number, message: string) => void;
}

/** A job; resolves to a sentence on what came of it. */
export type Job = (control: JobControl) => Promise<string>;

/** What a job may take. */
export interface JobLimits {
  readonly timeMs: number;
  /** Memory beyond what the process holds at the start, in bytes; null for no limit. */
  readonly memoryBytes: number | null;
}

export interface JobRunnerOptions {
  /** Three connections: one keeps the lock while a job runs. */
  readonly pool: Pool;
  readonly clock: Clock;
  /** Bytes that the process holds now, as `() => process.memoryUsage().rss`. */
  readonly memory: () => number;
}

/** How a run ended. */
export interface JobResult {
  readonly run: number;
  readonly state: Exclude<RunState, 'running' | 'lost'>;
  readonly message: string;
}

/** Milliseconds between two looks at limits and at whether it was called off. */
const BEAT_MS = 1000;

/** The end of a run can be read a moment before the next one may begin: so often, and after such pauses, it is tried again. */
const LOOKS = 20;
const LOOK_AGAIN_MS = 50;

/** Runs jobs, one of a kind at a time in the whole database; each is a row of `job_runs`. */
export class JobRunner {
  readonly runs: JobRuns;
  readonly #options: JobRunnerOptions;

  constructor(options: JobRunnerOptions) {
    this.#options = options;
    this.runs = new JobRuns(options.pool, options.clock);
  }

  /**
   * Runs a job to its end; what it throws becomes the result.
   *
   * @param startedBy `schedule`, `hand`, or who else
   * @param onBegun told the number of the run once its row is there
   * @throws JobBusy when one of the kind is running, in any process
   */
  async run(
    kind: string,
    startedBy: string,
    job: Job,
    limits: JobLimits,
    signal: AbortSignal,
    onBegun: (run: number) => void = () => {},
  ): Promise<JobResult> {
    const hold = await this.#hold(kind, signal);
    try {
      const run = await this.runs.begin(kind, startedBy);
      onBegun(run);
      const result = await this.#watched(kind, run, job, limits, signal);
      await this.runs.end(kind, run, result.state, result.message);
      return result;
    } finally {
      await hold.release();
    }
  }

  async #watched(
    kind: string,
    run: number,
    job: Job,
    limits: JobLimits,
    outer: AbortSignal,
  ): Promise<JobResult> {
    const calledOff = new AbortController();
    const ended = new AbortController();
    const stop = (): void => calledOff.abort(new JobCancelled('Tickwave was stopped;', 'start it again.'));
    if (outer.aborted) stop();
    outer.addEventListener('abort', stop, { once: true });
    let told = { share: 0, message: 'It has begun.' };
    const watching = this.#watch(kind, run, limits, () => told, calledOff, ended.signal);
    try {
      calledOff.signal.throwIfAborted();
      const progress = (share: number, message: string): void => {
        told = { share: Math.min(1, Math.max(0, share)), message };
      };
      return { run, state: 'done', message: await job({ signal: calledOff.signal, progress }) };
    } catch (error) {
      // Why it was called off says more than how it ended then.
      const cause: unknown = calledOff.signal.aborted ? calledOff.signal.reason : error;
      return { run, state: cause instanceof JobCancelled ? 'cancelled' : 'failed', message: said(cause) };
    } finally {
      outer.removeEventListener('abort', stop);
      ended.abort();
      await watching;
    }
  }

  /** Until the job has ended: says how far it is, and calls it off when asked to or at a limit. */
  async #watch(
    kind: string,
    run: number,
    { timeMs, memoryBytes }: JobLimits,
    told: () => { readonly share: number; readonly message: string },
    calledOff: AbortController,
    ended: AbortSignal,
  ): Promise<void> {
    const { clock, memory } = this.#options;
    const [begun, held] = [clock.now(), memory()];
    while (await clock.sleep(Math.min(BEAT_MS, timeMs), ended)) {
      if (calledOff.signal.aborted) continue;
      const taken = memory() - held;
      if (clock.now() - begun >= timeMs)
        calledOff.abort(new JobLimit(`It took ${timeMs / 1000} s;`, 'give it more time, or less to do.'));
      else if (memoryBytes !== null && taken > memoryBytes)
        calledOff.abort(
          new JobLimit(
            `It took ${taken} bytes of memory;`,
            `${memoryBytes} are allowed: allow more, or shorten the range.`,
          ),
        );
      // A database that is away must not end a training; the row is written at the next beat.
      const { share, message } = told();
      const asked = await this.runs.beat(kind, run, share, message).catch(() => false);
      if (asked) calledOff.abort(new JobCancelled('It was called off;', 'start it again if it is wanted.'));
    }
  }

  /** @throws JobBusy when another has it whose run is under way, or has ended long since */
  async #hold(kind: string, signal: AbortSignal): Promise<Hold> {
    const { pool, clock } = this.#options;
    for (let looks = 1; ; looks++) {
      const hold = await tryHold(pool, `tickwave job ${kind}`, clock);
      if (hold !== null) return hold;
      const [last] = await this.runs.list(kind, 1);
      const ending = last !== undefined && last.state !== 'running' && looks < LOOKS;
      if (!ending || !(await clock.sleep(LOOK_AGAIN_MS, signal))) throw busy(kind, last);
    }
  }
}

function busy(kind: string, last: JobRun | undefined): JobBusy {
  const which = last === undefined ? '' : ` (${last.run}, since ${last.startedAt})`;
  return new JobBusy(`A ${kind} is running${which};`, 'wait for its end, or call it off first.');
}
