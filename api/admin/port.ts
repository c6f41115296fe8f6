import { z } from 'zod';

const modelName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, { error: 'expected the name of a model, as return-5m' });
const exchange = z
  .string()
  .regex(/^[a-z0-9._-]{1,64}$/, { error: 'expected the name of an exchange, as kraken' });
const symbol = z
  .string()
  .regex(/^[A-Z0-9._]{1,32}\/[A-Z0-9._]{1,32}$/, { error: 'expected base and quote, as BTC/USD' });
const time = z.iso.datetime({
  offset: true,
  error: 'expected ISO 8601 with a zone, as 2024-06-01T12:00:00Z',
});
const version = z
  .int()
  .min(1)
  .max(2 ** 31 - 1);

/** What may be started, by its kind. */
export const jobRequest = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('train'),
    horizon_minutes: z
      .int()
      .min(1)
      .max(1_440)
      .optional()
      .describe('Of the models of this horizon only; all when left out'),
  }),
  z.strictObject({ kind: z.literal('promote'), name: modelName, version }),
  z.strictObject({ kind: z.literal('rollback'), name: modelName }),
  z
    .strictObject({ kind: z.literal('backfill'), exchange, symbol, from: time, to: time.optional() })
    .describe('Fetches the trades of a time from the exchange'),
  z.strictObject({ kind: z.literal('subscribe'), exchange, symbol }),
  z.strictObject({ kind: z.literal('unsubscribe'), exchange, symbol }),
]);

/** What may be started. */
export type JobRequest = Readonly<z.output<typeof jobRequest>>;

/** A job, by its row in job_runs. */
export interface JobId {
  readonly kind: string;
  readonly run: number;
}

/** Why something is not started. */
export type RefusalCode =
  /** One of the kind is running. */
  | 'job_busy'
  /** There is no such model, market or exchange, or it can't be done with it. The message says what to do. */
  | 'not_possible'
  /** Whoever runs the API has nothing that does this. */
  | 'not_offered';

/** Something is not started, for a reason that whoever asked is told. */
export class AdminRefusal extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.name = 'AdminRefusal';
    this.code = code;
  }
}

/**
 * What the API can have done: whoever serves it brings this, for it knows the database by its views only.
 *
 * @example
 * const admin: AdminPort = {
 *   start: async (job, by) => ({ kind: job.kind, run: await begin(job, by) }),
 *   cancel: async ({ kind, run }) => runs.cancel(kind, run),
 * };
 */
export interface AdminPort {
  /**
   * Starts a job and returns when its row is in job_runs, long before it has ended.
   *
   * @param by name of the key that asked, for `started_by`
   * @throws AdminRefusal
   */
  start(job: JobRequest, by: string): Promise<JobId>;
  /** Calls a job off; it ends within seconds. @returns false when it is not running */
  cancel(job: JobId): Promise<boolean>;
}
