import { readFileSync } from 'node:fs';
import type { ClientBase } from 'pg';
import type { Market } from '../training/dataset/trainingRows.ts';

const FIND_HISTORY = readFileSync(new URL('./sql/findHistory.sql', import.meta.url), 'utf8');

/** How much a market has to learn from. */
export interface MarketHistory extends Market {
  /** First and last minute, milliseconds since the Unix epoch, both included. */
  readonly from: number;
  readonly to: number;
  readonly rows: number;
}

/**
 * What there is to learn from between two moments, by market; markets without a row are left out.
 *
 * @param since milliseconds since the Unix epoch; null for `windowMs` before each market's event time
 */
export async function findHistory(
  client: ClientBase,
  range: {
    readonly horizonMinutes: number;
    readonly since: number | null;
    readonly until: number | null;
    readonly windowMs: number;
  },
): Promise<readonly MarketHistory[]> {
  const iso = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());
  const values = [range.horizonMinutes, iso(range.since), iso(range.until), range.windowMs / 1000];
  return (await client.query<MarketHistory>(FIND_HISTORY, values)).rows;
}
