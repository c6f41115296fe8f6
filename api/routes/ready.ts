import { z } from 'zod';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { assess } from '../readiness.ts';
import { type Route, route } from '../route.ts';
import { readySchema } from '../schemas/answers.ts';
import type { FeedsReport } from '../schemas/feeds.ts';

/** Whether what is served is current and complete. */
export const ready: Route = route({
  path: '/ready',
  id: 'getReady',
  summary: 'Whether what is served is current and complete',
  description:
    'Ready when the database answers, the engine keeps up and at least one market has enough history. Otherwise 503, with every reason in `reasons`.',
  access: 'open',
  params: z.strictObject({}),
  query: z.strictObject({}),
  answer: async () => readySchema,
  problems: ['unknown_parameter', 'not_ready'],
  handle: async (_params, _query, context) => {
    const { reasons, notes, markets } = await assess(context);
    if (reasons.length === 0) return { status: 'ready', markets, notes, source: sourceOf(context) };
    throw new Problem('not_ready', {
      detail: reasons.join('; '),
      more: { reasons: [...reasons, ...notes], source: sourceOf(context) },
      headers: { 'retry-after': '1' },
    });
  },
});

/** Whether what is served is real: the first thing that somebody who looks at prices has to know. */
function sourceOf({ feeds }: Context): Pick<FeedsReport, 'kind' | 'detail'> {
  const { kind, detail } = feeds();
  return { kind, detail };
}
