import { ModelError } from '../models/errors.ts';

/** A schedule that is neither an interval nor a cron expression. */
export class BadSchedule extends ModelError {
  readonly code = 'bad-schedule';
}

/** A job of this kind is running already. */
export class JobBusy extends ModelError {
  readonly code = 'job-busy';
}

/** No such run, or it has ended. */
export class UnknownRun extends ModelError {
  readonly code = 'unknown-run';
}

/** A job took more time or memory than it may; the message names the limit. */
export class JobLimit extends ModelError {
  readonly code = 'job-limit';
}

/** A job was called off. */
export class JobCancelled extends ModelError {
  readonly code = 'job-cancelled';
}
