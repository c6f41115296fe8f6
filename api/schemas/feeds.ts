import { z } from 'zod';

const time = z.iso.datetime({ offset: true });

const marketFeed = z.object({
  exchange: z.string(),
  symbol: z.string(),
  state: z.string().describe('connecting, backfilling, live, rejected, halted or stopped'),
  words: z.string().nullable().describe("The exchange's own words where it refused the market"),
  last_trade_at: time.nullable(),
  complete_to: time.nullable().describe('Every trade up to this time is stored'),
  open_gaps: z.int().describe('Holes in the trade ids that are being repaired'),
  backfilled: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .describe('Share of the history that is fetched; null when none is wanted'),
  landed: z.int(),
  duplicates: z.int().describe('Trades that were known already'),
  repaired: z.int().describe('Trades that were missing and have been fetched'),
  permanent: z.int().describe('Ids that the exchange itself does not have, or that lie beyond the limit'),
});

const newsSource = z.object({
  name: z.string(),
  stories: z.int(),
  last_success_at: time.nullable(),
  error: z.string().nullable(),
});

const scoring = z.object({
  model: z.string().describe('Which model scores, with the version of its prompt or word list'),
  queued: z.int(),
  scored: z.int(),
  by_fallback: z.int().describe('Stories scored by the word list because the model could not'),
  problem: z.string().nullable(),
  requests: z.int().describe('Asked of a language model since the start'),
  cost: z.number().describe('Dollars, by the prices that were given'),
});

/** Where data comes from at this moment. */
export const feedsSchema = z.object({
  kind: z.enum(['live', 'simulated', 'replay', 'none']).describe('Simulated markets are made up'),
  detail: z.string().describe('The same for people, as on the first line of the command'),
  markets: z.array(marketFeed),
  news: z.object({ sources: z.array(newsSource), scoring }).nullable(),
  kafka: z
    .object({
      connected: z.boolean(),
      spooled: z.int().describe('Rows that wait on disk for the broker'),
      lag: z.int().nullable().describe('Messages that wait to be stored; null when this process stores none'),
      error: z.string().nullable(),
    })
    .nullable(),
});

/** What `/v1/feeds` answers; whoever runs the sources makes it. */
export type FeedsReport = Readonly<z.infer<typeof feedsSchema>>;
