import type { ClientBase, Pool } from 'pg';
import { batchInsert } from '../batchInsert.ts';
import type { EngineProfile } from '../profile.ts';
import { landingTable } from './landingTable.ts';

/** A connection, or a pool of them. */
export type Queryable = Pick<ClientBase, 'query'> | Pick<Pool, 'query'>;

/** A row by the columns of its table: times in ISO 8601, decimals as text, a column that is left out is null. */
export type WrittenRow = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * Writes rows of a table of sql/landing, on either engine: in one statement, or in as many as the engine wants them cut into. What a
 * second row of a key does is said by the table alone, so writing the same rows again changes nothing.
 *
 * @returns how many rows were new or rewritten; where the table decides about conflicts, how many were sent
 * @example
 * await writeRows(pool, await engineOf(pool), 'heartbeats', [{ exchange: 'kraken', symbol: 'BTC/USD', minute }]);
 */
export async function writeRows(
  to: Queryable,
  profile: EngineProfile,
  table: string,
  rows: readonly WrittenRow[],
): Promise<number> {
  if (rows.length === 0) return 0;
  const text = batchInsert(profile, landingTable(table));
  let written = 0;
  for (const values of batchesOf(rows, profile.batchBytes)) {
    const { rowCount } = await to.query({ name: `write ${table}`, text, values: [values] });
    written += rowCount ?? 0;
  }
  return written;
}

/** The rows as arrays of JSON, in their order; a row that is larger than the most goes alone. */
export function* batchesOf(rows: readonly WrittenRow[], mostBytes: number | null): Generator<string> {
  let texts: string[] = [];
  let bytes = 0;
  for (const row of rows) {
    const text = jsonOf(row);
    const own = Buffer.byteLength(text);
    if (mostBytes !== null && texts.length > 0 && bytes + own > mostBytes) {
      yield `[${texts.join(',')}]`;
      [texts, bytes] = [[], 0];
    }
    texts.push(text);
    bytes += own + 1;
  }
  yield `[${texts.join(',')}]`;
}

/** Waits until what was written is seen by readers and survives a crash; where a commit does that there is nothing to wait for. */
export async function flush(to: Queryable, { flush }: EngineProfile): Promise<void> {
  if (flush !== null) await to.query(flush);
}

/** The database's text holds neither a zero byte nor half a character. */
function jsonOf(row: WrittenRow): string {
  return JSON.stringify(row, (_, value: unknown) =>
    typeof value === 'string' ? wellFormed(value).replaceAll('\0', '\u2400') : value,
  );
}

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function wellFormed(text: string): string {
  return text.replace(LONE_SURROGATE, '\ufffd');
}
