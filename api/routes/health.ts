import { z } from 'zod';
import { type Route, route } from '../route.ts';
import { healthSchema } from '../schemas/answers.ts';

/** Whether the process answers. */
export const health: Route = route({
  path: '/health',
  id: 'getHealth',
  summary: 'Whether the process answers',
  description: 'For liveness checks: says nothing about the database or the engine. See /ready for those.',
  access: 'open',
  params: z.strictObject({}),
  query: z.strictObject({}),
  answer: async () => healthSchema,
  problems: ['unknown_parameter'],
  handle: async (_params, _query, { clock, startedAt }) => ({
    status: 'ok',
    uptime_seconds: Math.round((clock.now() - startedAt) / 1000),
  }),
});
