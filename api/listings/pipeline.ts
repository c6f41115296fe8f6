import { sql } from 'kysely';
import { z } from 'zod';
import { FILTERS, listing, name } from './listing.ts';

/** The ledger of holes. */
export const gaps = listing({
  path: '/v1/gaps',
  id: 'listGaps',
  summary: 'Holes in the trade stream, and what became of them',
  description:
    'While a hole is open its candles are too small. With as_of, holes that were closed later are shown as open, and how far they were repaired by then is not known.',
  view: () => 'trade_gaps',
  views: ['trade_gaps'],
  key: () => [
    { name: 'detected_at', kind: 'time' },
    { name: 'exchange', kind: 'text' },
    { name: 'symbol', kind: 'text' },
    { name: 'from_id', kind: 'bigint' },
  ],
  time: 'detected_at',
  ofMarket: false,
  filters: {
    exchange: FILTERS.exchange,
    symbol: FILTERS.symbol,
    status: {
      column: 'status',
      schema: z
        .enum(['detected', 'repaired', 'permanent'], { error: 'expected detected, repaired or permanent' })
        .optional()
        .describe('Holes that are this now: detected (still open), repaired or permanent'),
    },
  },
  asOf: {
    known: (at) => sql<boolean>`detected_at <= ${at}`,
    replaced: {
      status: (at) => sql`case when closed_at <= ${at} then status else 'detected' end`,
      repaired: (at) => sql`case when closed_at <= ${at} then repaired end`,
      closed_at: (at) => sql`case when closed_at <= ${at} then closed_at end`,
    },
    final: false,
  },
});

/** How far each market is behind the clock. */
export const freshness = listing({
  path: '/v1/freshness',
  id: 'listFreshness',
  summary: 'How far each market is behind the clock',
  description: 'live, quiet (alive, nothing trades) or stale (no sign of life for three minutes).',
  view: () => 'freshness',
  views: ['freshness'],
  key: () => [
    { name: 'exchange', kind: 'text' },
    { name: 'symbol', kind: 'text' },
  ],
  time: null,
  ofMarket: false,
  filters: {
    exchange: FILTERS.exchange,
    symbol: FILTERS.symbol,
    state: {
      column: 'state',
      schema: z
        .enum(['live', 'quiet', 'stale'], { error: 'expected live, quiet or stale' })
        .optional()
        .describe('Markets in this state only'),
    },
  },
});

/** Jobs, such as training. */
export const jobs = listing({
  path: '/v1/jobs',
  id: 'listJobs',
  summary: 'Jobs, how far they are and how they ended',
  description: 'Scheduled ones and those that were started by hand, each a row that outlives its process.',
  view: () => 'job_runs',
  views: ['job_runs'],
  key: () => [
    { name: 'started_at', kind: 'time' },
    { name: 'kind', kind: 'text' },
    { name: 'run', kind: 'int' },
  ],
  time: 'started_at',
  ofMarket: false,
  filters: {
    kind: { column: 'kind', schema: name('kind of job').describe('Jobs of this kind only, as train') },
    state: {
      column: 'state',
      schema: z
        .enum(['running', 'done', 'failed', 'cancelled', 'lost'], {
          error: 'expected running, done, failed, cancelled or lost',
        })
        .optional()
        .describe('Jobs in this state only'),
    },
  },
});
