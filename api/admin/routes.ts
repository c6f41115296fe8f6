import { sql } from 'kysely';
import { z } from 'zod';
import { rowSchema } from '../catalog.ts';
import { type Row, rowToJson } from '../columns.ts';
import type { Context } from '../context.ts';
import { whole } from '../listings/listing.ts';
import { Problem } from '../problem.ts';
import { action, type Route, route } from '../route.ts';
import { type AdminPort, AdminRefusal, type JobId, jobRequest } from './port.ts';

const jobParams = z.strictObject({
  kind: z
    .string()
    .regex(/^[a-z_-]{1,32}$/, { error: 'expected a kind of job, as train' })
    .describe('Kind of job, as train'),
  run: whole(1, 2 ** 31 - 1).describe('Its number, which counts up for each kind'),
});

const started = z.object({
  kind: z.string(),
  run: z.int(),
  status_url: z.string().describe('Where to look how far it is'),
});

/** Starts something, for keys with the admin scope. */
const startJob = action({
  method: 'post',
  path: '/v1/admin/jobs',
  id: 'startJob',
  summary: 'Train, promote, roll back, backfill, subscribe to a market or leave it',
  description:
    'Answers at once with the row that says how far it is. One of a kind runs at a time; what the job makes of the request is in its row.',
  status: 202,
  params: z.strictObject({}),
  body: jobRequest,
  answer: async () => started,
  problems: [
    'bad_parameter',
    'unknown_parameter',
    'unsupported_media_type',
    'job_busy',
    'not_possible',
    'not_offered',
  ],
  handle: async ({ body, by }, context) => {
    const { kind, run } = await port(context)
      .start(body, by)
      .catch((error: unknown) => {
        throw error instanceof AdminRefusal
          ? new Problem(error.code, { detail: error.message, cause: error })
          : error;
      });
    context.logger.warn({ by, job: body, run }, 'started by an administrator');
    return { kind, run, status_url: `/v1/admin/jobs/${kind}/${run}` };
  },
});

/** How far a job is. */
const getJob: Route = route({
  path: '/v1/admin/jobs/{kind}/{run}',
  id: 'getJob',
  summary: 'How far a job is, or how it ended',
  description: 'The row of job_runs. Poll it; a second between two looks is plenty.',
  access: 'admin',
  params: jobParams,
  query: z.strictObject({}),
  answer: async ({ catalog }) => rowSchema(await catalog.columns('job_runs')),
  problems: ['bad_parameter', 'unknown_parameter', 'unknown_job'],
  handle: async (job, _query, context) => readJob(job, context),
});

/** Calls a job off. */
const cancelJob = action({
  method: 'delete',
  path: '/v1/admin/jobs/{kind}/{run}',
  id: 'cancelJob',
  summary: 'Call a job off',
  description: 'Answers the row at once; the job ends within seconds, as cancelled.',
  status: 202,
  params: jobParams,
  body: z.undefined(),
  answer: async ({ catalog }) => rowSchema(await catalog.columns('job_runs')),
  problems: ['bad_parameter', 'unknown_parameter', 'unknown_job', 'job_ended', 'not_offered'],
  handle: async ({ params: job, by }, context) => {
    await readJob(job, context);
    if (!(await port(context).cancel(job)))
      throw new Problem('job_ended', {
        detail: `${job.kind} ${job.run} has ended: there is nothing to call off`,
      });
    context.logger.warn({ by, job }, 'called off by an administrator');
    return readJob(job, context);
  },
});

/** The paths that change something. */
export const adminRoutes: readonly Route[] = [startJob, getJob, cancelJob];

function port({ admin }: Context): AdminPort {
  if (admin !== null) return admin;
  throw new Problem('not_offered', {
    detail: 'This process serves what others keep: ask the one that does the work',
  });
}

async function readJob({ kind, run }: JobId, { db, catalog }: Context): Promise<Row> {
  const columns = await catalog.columns('job_runs');
  const { rows } = await sql<Row>`select * from job_runs where kind = ${kind} and run = ${run}`.execute(db);
  const [row] = rows;
  if (row) return rowToJson(row, columns);
  throw new Problem('unknown_job', { detail: `There is no ${kind} ${run}: /v1/jobs lists those there are` });
}
