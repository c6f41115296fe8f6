import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';
import { absoluteErrors } from '../training/significance/compare.ts';
import type { LossReader } from './promotion.ts';

const FIND_UNSEEN = readFileSync(new URL('./sql/findUnseenLosses.sql', import.meta.url), 'utf8');

/** Minutes of a market that a challenger is judged by at most: the newest, two weeks of them. */
const MOST_WINDOWS = 20_160;

interface UnseenRow {
  readonly time: number;
  readonly challenger: number;
  readonly champion: number | null;
  readonly realised: number;
}

/**
 * Reads what challenger and champion predicted while both were in service, from `prediction_errors`: each minute was predicted
 * before its end was known, by a model that was not trained on it.
 */
export function unseenLosses(pool: Pool): LossReader {
  return async (challenger, champion) => {
    const since = champion === null ? challenger.trainedTo : later(challenger.trainedTo, champion.trainedTo);
    const { rows } = await pool.query<UnseenRow>(FIND_UNSEEN, [
      ...[challenger.horizonMinutes, challenger.name, challenger.version, champion?.version ?? null],
      ...[since, MOST_WINDOWS],
    ]);
    const column = (of: (row: UnseenRow) => number): Float64Array => Float64Array.from(rows, of);
    const realised = column((row) => row.realised);
    return {
      times: column(({ time }) => time),
      challenger: absoluteErrors(
        realised,
        column((row) => row.challenger),
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
