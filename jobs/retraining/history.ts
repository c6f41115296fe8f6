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
  const markets = await client.query<Market & { readonly event_time: Date | null }>(
    'select exchange, symbol, event_time from watermarks order by exchange, symbol',
  );
  const found: MarketHistory[] = [];
  for (const { exchange, symbol, event_time } of markets.rows) {
    if (event_time === null) continue;
    const since = iso(range.since ?? event_time.getTime() - range.windowMs);
    const values = [exchange, symbol, range.horizonMinutes, since, iso(range.until ?? END)];
    const [row] = (await client.query<Span>(FIND_HISTORY, values)).rows;
    if (row !== undefined && row.from !== null && row.to !== null)
      found.push({ exchange, symbol, from: row.from, to: row.to, rows: row.rows });
  }
  return found;
}

/** After all that is stored. */
const END = Date.UTC(9999, 0, 1);

interface Span {
  readonly from: number | null;
  readonly to: number | null;
  readonly rows: number;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
