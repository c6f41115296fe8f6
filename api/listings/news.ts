import { sql } from 'kysely';
import { z } from 'zod';
import { FILTERS, listing, name } from './listing.ts';

/** News stories. */
export const news = listing({
  path: '/v1/news',
  id: 'listNews',
  summary: 'News stories as they were collected',
  description:
    'By when Tickwave first saw them, which as_of goes by; published_at is what the publisher claims.',
  view: () => 'news',
  views: ['news'],
  key: () => [
    { name: 'received_at', kind: 'time' },
    { name: 'id', kind: 'text' },
  ],
  time: 'received_at',
  ofMarket: false,
  filters: {
    source: { column: 'source', schema: name('source').describe('Stories of this source only') },
  },
  // Stories may wait on disk for a broker, and come in long after they were received.
  asOf: { known: (at) => sql<boolean>`received_at <= ${at}`, final: false },
});

/** What models made of the stories. */
export const scores = listing({
  path: '/v1/news/scores',
  id: 'listNewsScores',
  summary: 'What scoring models made of stories, asset by asset',
  description: 'Scores are from -1 (bad for the price) to 1 (good), known from scored_at on.',
  view: () => 'news_scores',
  views: ['news_scores'],
  key: () => [
    { name: 'scored_at', kind: 'time' },
    { name: 'news_id', kind: 'text' },
    { name: 'asset', kind: 'text' },
    { name: 'model', kind: 'text' },
  ],
  time: 'scored_at',
  ofMarket: false,
  filters: {
    asset: {
      column: 'asset',
      schema: z
        .string()
        .regex(/^[A-Za-z0-9._]{1,32}$/, { error: 'expected the name of an asset, as BTC' })
        .transform((text) => text.toUpperCase())
        .optional()
        .describe('Scores for this asset only, as BTC'),
    },
    model: FILTERS.model,
    news_id: {
      column: 'news_id',
      schema: z
        .string()
        .max(200)
        .regex(/^[\x20-\x7e]+$/, { error: 'expected the id of a story, at most 200 characters' })
        .optional()
        .describe('Scores of this story only'),
    },
  },
  asOf: { known: (at) => sql<boolean>`scored_at <= ${at}`, final: false },
});
