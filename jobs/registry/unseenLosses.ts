import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';
import type { Market } from '../training/dataset/trainingRows.ts';
import { absoluteErrors } from '../training/significance/compare.ts';
import type { LossReader } from './promotion.ts';

const sql = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
const FIND_UNSEEN = sql('findUnseenLosses');
const FIND_PAIRED = sql('findPairedLosses');

/** Minutes of a market that a challenger is judged by at most: the newest, two weeks of them. */
const MOST_WINDOWS = 20_160;

interface UnseenRow {
  readonly time: number;
  readonly predicted: number;
  /** What the champion predicted; without one it is left out. */
  readonly champion?: number;
  readonly realised: number;
}

/**
 * Reads what challenger and champion predicted while both were in service, from `prediction_errors`: each minute was predicted
 * before its end was known, by a model that was not trained on it.
 */
export function unseenLosses(pool: Pool): LossReader {
  return async (challenger, champion) => {
    const since = champion === null ? challenger.trainedTo : later(challenger.trainedTo, champion.trainedTo);
    const about = [challenger.horizonMinutes, challenger.name, challenger.version, since];
    const text = `${champion === null ? FIND_UNSEEN : FIND_PAIRED} limit ${MOST_WINDOWS}`;
    const markets = 'select exchange, symbol from watermarks order by exchange, symbol';
    const rows: UnseenRow[] = [];
    for (const { exchange, symbol } of (await pool.query<Market>(markets)).rows) {
      const values = [exchange, symbol, ...about, ...(champion === null ? [] : [champion.version])];
      rows.push(...(await pool.query<UnseenRow>(text, values)).rows);
    }
    // By time, then by market: the sort leaves markets of one minute in their order.
    rows.sort((a, b) => a.time - b.time);
    const column = (of: (row: UnseenRow) => number): Float64Array => Float64Array.from(rows, of);
    const realised = column((row) => row.realised);
    return {
      times: column(({ time }) => time),
      challenger: absoluteErrors(
        realised,
        column((row) => row.predicted),
      ),
      champion:
        champion === null
          ? null
          : absoluteErrors(
              realised,
              column((row) => row.champion ?? Number.NaN),
            ),
      persistence: absoluteErrors(realised, new Float64Array(rows.length)),
    };
  };
}

function later(a: string, b: string): string {
  return a > b ? a : b;
}
