import { z } from 'zod';
import { type Route, route } from '../route.ts';
import { feedsSchema } from '../schemas/feeds.ts';

/** Where trades and news come from, and how each market's feed is. */
export const feeds: Route = route({
  path: '/v1/feeds',
  id: 'getFeeds',
  summary: 'Where data comes from',
  description:
    'Live exchanges, a replay or the simulated market; for each live market whether it is connected, how far it is complete, and what the exchange said where it refused.',
  params: z.strictObject({}),
  query: z.strictObject({}),
  answer: async () => feedsSchema,
  problems: ['unknown_parameter'],
  handle: async (_params, _query, { feeds: report }) => report(),
});
