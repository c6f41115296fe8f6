import { z } from 'zod';
import { PROBLEMS, type ProblemCode } from '../problem.ts';
import { feedsSchema } from './feeds.ts';

/** Every error, as application/problem+json. */
export const problemSchema = z.looseObject({
  type: z.string().describe('Address of the explanation'),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe('The value that was refused, and what to do'),
  code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
  field: z.string().optional().describe('The parameter at fault'),
  request_id: z.string().describe('Also in the header x-request-id and in our log'),
  retryable: z.boolean().describe('Whether the same request may succeed later'),
});

/** The process answers. */
export const healthSchema = z.object({ status: z.literal('ok'), uptime_seconds: z.number() });

/** The service has something to say. */
export const readySchema = z.object({
  status: z.literal('ready'),
  markets: z.int().describe('Markets with enough history'),
  notes: z.array(z.string()).describe('What is not complete yet, such as markets that warm up'),
  source: feedsSchema
    .pick({ kind: true, detail: true })
    .describe('Whether the data is live, replayed or simulated'),
});
