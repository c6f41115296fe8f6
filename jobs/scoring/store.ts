import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';
import { inTransaction } from '../registry/transaction.ts';
import type { Forecast } from './predict.ts';

const sql = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
const STORE_PREDICTIONS = sql('storePredictions');
const STORE_PROGRESS = sql('storeProgress');

/** A forecast as it is stored. */
export interface Prediction extends Forecast {
  readonly model: string;
  readonly version: number;
  readonly horizonMinutes: number;
  /** Milliseconds from the close to now; null when it is late. */
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
 * Stores predictions and how far they go, both or neither. Predictions come in order, so that two who store the same never
 * wait for each other in a circle.
 *
 * @returns how many predictions were new
 */
export async function storePredictions(
  pool: Pool,
  predictions: readonly Prediction[],
  progress: readonly Progress[],
  madeAt: number,
): Promise<number> {
  const now = new Date(madeAt).toISOString();
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query({
      name: 'store predictions',
      text: STORE_PREDICTIONS,
      values: [JSON.stringify(predictions.map(rowOf)), now],
    });
    const ordered = [...progress].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    await client.query({
      name: 'store progress',
      text: STORE_PROGRESS,
      values: [JSON.stringify(ordered.map((row) => ({ ...row, from: iso(row.from), to: iso(row.to) }))), now],
    });
    return rowCount ?? 0;
  });
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
