import { z } from 'zod';

const EARLIEST = Date.UTC(1970, 0, 1);
const LATEST = Date.UTC(2200, 0, 1);

/** A moment: ISO 8601 with zone, or a day, which begins at midnight UTC. Read into ISO text in UTC. */
export const moment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], {
    error: 'expected ISO 8601 with a zone, as 2024-06-01T12:00:00Z, or a day, as 2024-06-01',
  })
  .refine((text) => Date.parse(text) >= EARLIEST && Date.parse(text) < LATEST, {
    error: 'expected a time from 1970 to 2199',
  })
  .transform((text) => new Date(text).toISOString());

/** A symbol in an address. */
export const symbolParameter = z
  .string()
  .regex(/^[A-Za-z0-9._]{1,32}-[A-Za-z0-9._]{1,32}$/, {
    error: 'expected base and quote joined by a dash, as BTC-USD',
  })
  .describe('Market, as BTC-USD');

/** An exchange's name. */
export const exchangeParameter = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,64}$/, { error: 'expected the name of an exchange, as kraken' })
  .describe('Exchange; may be left out where only one has the symbol');

/** A page's size. */
export const limitParameter = z
  .string()
  .regex(/^\d{1,5}$/, { error: 'expected a whole number from 1 to 5000' })
  .transform(Number)
  .pipe(
    z
      .int()
      .min(1, { error: 'expected a whole number from 1 to 5000' })
      .max(5000, { error: 'expected a whole number from 1 to 5000' }),
  )
  .default(500)
  // Text on the way in, a number to whoever generates a client.
  .meta({
    description: 'Rows a page, 1 to 5000',
    type: 'integer',
    minimum: 1,
    maximum: 5000,
    pattern: undefined,
  });

/** A moment up to which to answer. */
export const asOfParameter = moment
  .optional()
  .describe('Answer as it was known then: ISO 8601 with zone, or a day. Not later than now');

/** Where the page before ended. */
export const cursorParameter = z
  .string()
  .max(1024, { error: 'expected at most 1024 characters' })
  .optional()
  .describe('next_cursor of the page before, with the same other parameters');

/** Which columns to send; the rest of the row stays here. */
export const fieldsParameter = z
  .string()
  .regex(/^[A-Za-z0-9_]{1,63}(,[A-Za-z0-9_]{1,63}){0,199}$/, {
    error: 'expected names of columns joined by commas',
  })
  .optional()
  .describe('Columns to send, joined by commas, in this order; all when left out');

/** Which way rows go. */
export const orderParameter = z.enum(['asc', 'desc'], { error: 'expected asc or desc' }).default('desc');
