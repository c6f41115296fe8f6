import { z } from 'zod';
import type { Episode } from './episode.ts';

const instant = z.date().transform((date) => date.getTime());

/** A row of the table `alerts`. Times are milliseconds since the Unix epoch. */
export const alertRow = z
  .object({
    ...{ rule: z.string(), subject: z.string(), episode: z.int(), severity: z.string() },
    state: z.enum(['pending', 'firing', 'resolved']),
    ...{ value: z.number().nullable(), threshold: z.number(), labels: z.string() },
    ...{ since: instant, fired_at: instant.nullable(), clear_since: instant.nullable() },
    ...{ resolved_at: instant.nullable(), told: z.enum(['nothing', 'firing', 'resolved', 'never']) },
  })
  .transform(({ fired_at, clear_since, resolved_at, ...row }) => ({
    ...{ ...row, firedAt: fired_at, clearSince: clear_since, resolvedAt: resolved_at },
  }));

export type Alert = Readonly<z.output<typeof alertRow>> & Episode;

/** Key of an alert among those that are open. */
export function keyOf({ rule, subject }: Pick<Alert, 'rule' | 'subject'>): string {
  return JSON.stringify([rule, subject]);
}
