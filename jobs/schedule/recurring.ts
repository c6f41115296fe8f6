import type { Clock } from '../../engine/clock.ts';
import { said } from '../models/errors.ts';
import { JobBusy } from './errors.ts';
import { isRetryDue, LOOKED_AT } from './retry.ts';
import type { Job, JobLimits, JobRunner } from './runner.ts';
import type { Schedule } from './schedule.ts';

export interface RecurringOptions {
  /** Kind of the job, as `train`. */
  readonly kind: string;
  readonly schedule: Schedule;
  readonly job: Job;
  /** Asked when a run is due: until it says so, none begins, and none is written down. */
  readonly ready?: () => Promise<boolean>;
  readonly limits: JobLimits;
  readonly runner: JobRunner;
  readonly clock: Clock;
  /** Told in words how runs ended. */
  readonly say: (sentence: string) => void;
}

/** Milliseconds between two looks at the schedule. */
const LOOK_MS = 30_000;

/**
 * Runs a job whenever its schedule says so, until the signal. An interval counts from the last run there was, so a restart does
 * not begin anew. A run that failed, or died with its process, is made up for after a pause that grows.
 */
export async function runOnSchedule(options: RecurringOptions, signal: AbortSignal): Promise<void> {
  const { kind, schedule, runner, clock, say, ready = async () => true } = options;
  let lookedAt = clock.now();
  while (!signal.aborted) {
    try {
      const runs = await runner.runs.list(kind, LOOKED_AT);
      const [last] = runs;
      const now = clock.now();
      const due =
        isRetryDue(runs, now) ||
        schedule.isDue(now, lookedAt, last === undefined ? null : Date.parse(last.startedAt));
      const begins = due && (await ready());
      if (begins || !due) lookedAt = now;
      if (begins) {
        const { run, state, message } = await runner.run(
          kind,
          'schedule',
          options.job,
          options.limits,
          signal,
        );
        say(`${kind} ${run}: ${state}. ${message}`);
      }
    } catch (error) {
      say(error instanceof JobBusy ? said(error) : `${kind} could not be started: ${said(error)}`);
    }
    await clock.sleep(LOOK_MS, signal);
  }
}
