import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';
import { engineOf } from '../../engine/database/engineOf.ts';
import type { Forecast } from './predict.ts';
import { storeInOrder } from './storeInOrder.ts';

const STORE_PREDICTIONS = readFileSync(
  new URL('./sql/storePredictions.postgres.sql', import.meta.url),
  'utf8',
);

/** A forecast as it is stored. */
export interface Prediction extends Forecast {
  readonly model: string;
  readonly version: number;
  readonly horizonMinutes: number;
  /** Milliseconds from the close of the minute until it was predicted; null when it is late. */
  readonly latencyMs: number | null;
  readonly late: boolean;
}

/** How far a model has come in a market. Milliseconds since the Unix epoch. */
export interface Progress {
  readonly model: string;
  readonly version: number;
  readonly exchange: string;
  readonly symbol: string;
  /** Where it began this time; kept for a market that has no row yet. */
  readonly from: number;
  /** End of the last minute that it looked at. */
  readonly to: number;
}

/**
 * Stores predictions and how far they go, both or neither; where the engine has no transactions, the predictions first. They come in order, so that two who store the same never
 * wait for each other in a circle.
 *
 * @returns how many predictions were new; without transactions how many were sent
 */
export async function storePredictions(
  pool: Pool,
  predictions: readonly Prediction[],
  progress: readonly Progress[],
  madeAt: number,
): Promise<number> {
  const profile = await engineOf(pool);
  if (!profile.transactions) return storeInOrder(pool, profile, predictions, progress, madeAt);
  const ordered = [...progress].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const { rows } = await pool.query<{ stored: number }>({
    name: 'store predictions',
    text: STORE_PREDICTIONS,
    values: [
      JSON.stringify(predictions.map(rowOf)),
      JSON.stringify(ordered.map((row) => ({ ...row, from: iso(row.from), to: iso(row.to) }))),
      iso(madeAt),
    ],
  });
  return rows[0]?.stored ?? 0;
}

function rowOf({ window, ...prediction }: Prediction) {
  const { exchange, symbol, start, close } = window;
  return { ...prediction, exchange, symbol, windowStart: iso(start), basePrice: close };
}

function keyOf({ model, version, exchange, symbol }: Progress): string {
  return JSON.stringify([model, version, exchange, symbol]);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
