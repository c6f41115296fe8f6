import type { Pool } from 'pg';
import { flush, writeRows } from '../../engine/database/writeRows.ts';
import type { EngineProfile } from '../../engine/profile.ts';
import type { Prediction, Progress } from './store.ts';

/** Predictions in one statement at most. */
const BATCH = 500;

interface ProgressRow {
  readonly model: string;
  readonly version: number;
  readonly exchange: string;
  readonly symbol: string;
  readonly starts_after: Date;
  readonly scored_through: Date;
}

/**
 * Stores predictions, then how far they go: after a crash between the two the same minutes are predicted again, and of each the first
 * prediction stays.
 *
 * @returns how many predictions were sent
 */
export async function storeInOrder(
  pool: Pool,
  profile: EngineProfile,
  predictions: readonly Prediction[],
  progress: readonly Progress[],
  madeAt: number,
): Promise<number> {
  const made_at = iso(madeAt);
  for (let from = 0; from < predictions.length; from += BATCH) {
    const rows = predictions.slice(from, from + BATCH).map((row) => ({ ...rowOf(row), made_at }));
    await writeRows(pool, profile, 'predictions', rows);
  }
  await flush(pool, profile);
  await writeRows(pool, profile, 'scoring_progress', await advanced(pool, progress, made_at));
  await flush(pool, profile);
  return predictions.length;
}

/** Never backwards: another scorer may be ahead. Where a model began in a market stays as it is. */
async function advanced(pool: Pool, progress: readonly Progress[], updated_at: string) {
  const { rows } = await pool.query<ProgressRow>(
    'select model, version, exchange, symbol, starts_after, scored_through from scoring_progress where model = any($1::varchar[])',
    [[...new Set(progress.map(({ model }) => model))]],
  );
  const known = new Map(rows.map((row) => [keyOf(row), row]));
  return progress.flatMap(({ model, version, exchange, symbol, from, to }) => {
    const before = known.get(keyOf({ model, version, exchange, symbol }));
    if (before !== undefined && before.scored_through.getTime() >= to) return [];
    const starts_after = before?.starts_after.toISOString() ?? iso(from);
    return [{ model, version, exchange, symbol, starts_after, scored_through: iso(to), updated_at }];
  });
}

function rowOf({ window, ...prediction }: Prediction) {
  return {
    ...{ exchange: window.exchange, symbol: window.symbol, window_start: iso(window.start) },
    ...{ horizon_minutes: prediction.horizonMinutes, model: prediction.model, version: prediction.version },
    ...{ base_price: window.close, predicted_return: prediction.predictedReturn },
    ...{ predicted_price: prediction.predictedPrice, lower_price: prediction.lowerPrice },
    ...{ upper_price: prediction.upperPrice, interval_level: prediction.intervalLevel },
    ...{ direction_probability: prediction.directionProbability, latency_ms: prediction.latencyMs },
    ...{ features_hash: prediction.featuresHash, contributions: prediction.contributions },
    late: prediction.late,
  };
}

function keyOf(row: Pick<ProgressRow, 'model' | 'version' | 'exchange' | 'symbol'>): string {
  return JSON.stringify([row.model, row.version, row.exchange, row.symbol]);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
