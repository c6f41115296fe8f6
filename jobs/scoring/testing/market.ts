import type { Pool } from 'pg';
import { seeded } from '../../../test/property/history.ts';
import type { Bundle } from '../../registry/bundle.ts';
import { loadBundle } from '../../registry/loadedBundle.ts';
import { BASELINES } from '../../registry/testing/bundles.ts';
import { predictWindows } from '../predict.ts';

/** First minute of the markets of tests: after the training data of `smallBundle` and what its horizon reaches over. */
export const START = Date.UTC(2026, 0, 2);
export const MINUTE = 60_000;

/** A market as the views show it; the same seed gives the same minutes. */
export interface TestMarket {
  readonly exchange: string;
  readonly symbol: string;
  readonly seed: number;
}

/** `count` markets with seeds of their own. */
export function testMarkets(count: number, seed = 1): readonly TestMarket[] {
  return Array.from({ length: count }, (_, index) => ({
    exchange: index % 2 === 0 ? 'kraken' : 'binance',
    symbol: `M${String(index).padStart(3, '0')}/USD`,
    seed: seed * 1000 + index,
  }));
}

/** Minute `index` of a market: now and then it is incomplete, or a feature is missing. */
function minuteOf({ exchange, symbol, seed }: TestMarket, index: number) {
  const random = seeded(seed * 100_003 + index);
  const value = (): number | null => (random() < 0.05 ? null : random() * 4 - 2);
  return {
    exchange,
    symbol,
    window_start: new Date(START + index * MINUTE).toISOString(),
    close: (100 + random() * 10).toFixed(2),
    f0: value(),
    f1: value(),
    f2: value(),
    complete: random() < 0.9,
  };
}

/** Minutes `from` to `to` (not part of them) appear, and event time comes to the end of the last one. */
export async function closeMinutes(
  pool: Pool,
  markets: readonly TestMarket[],
  from: number,
  to: number,
): Promise<void> {
  const rows = markets.flatMap((market) =>
    Array.from({ length: to - from }, (_, index) => minuteOf(market, from + index)),
  );
  const given = 'select row from jsonb_array_elements($1::jsonb) as row';
  const key = "row ->> 'exchange', row ->> 'symbol', (row ->> 'window_start')::timestamptz";
  const values = [JSON.stringify(rows)];
  await pool.query(
    `insert into candles_1m select ${key}, (row ->> 'close')::numeric from (${given}) on conflict do nothing`,
    values,
  );
  await pool.query(
    `insert into features select ${key}, (row ->> 'f0')::float8, (row ->> 'f1')::float8, (row ->> 'f2')::float8, (row ->> 'complete')::boolean
     from (${given}) on conflict do nothing`,
    values,
  );
  const closed = new Date(START + to * MINUTE).toISOString();
  await pool.query(
    `insert into watermarks select exchange, symbol, $3::timestamptz + interval '5 seconds', $3::timestamptz
     from unnest($1::varchar[], $2::varchar[]) as given (exchange, symbol)
     on conflict (exchange, symbol) do update set closed_before = greatest(excluded.closed_before, watermarks.closed_before)`,
    [markets.map(({ exchange }) => exchange), markets.map(({ symbol }) => symbol), closed],
  );
}

/** What of a prediction must not depend on when and by whom it was made. */
export interface PredictedRow {
  readonly key: string;
  readonly base_price: string;
  readonly predicted_return: number;
  readonly predicted_price: string;
  readonly lower_price: string;
  readonly upper_price: string;
  readonly interval_level: number;
  readonly direction_probability: number;
  readonly features_hash: string;
  readonly contributions: string;
}

/** The predictions that are stored, in the order of their keys. */
export async function storedPredictions(pool: Pool): Promise<readonly PredictedRow[]> {
  const { rows } = await pool.query<PredictedRow>(
    `select concat_ws(' ', exchange, symbol, (extract(epoch from window_start) * 1000)::bigint, horizon_minutes, model, version) as key,
       base_price, predicted_return, predicted_price, lower_price, upper_price, interval_level, direction_probability, features_hash, contributions
     from predictions order by exchange, symbol, window_start, horizon_minutes, model, version`,
  );
  return rows;
}

/** What should be there: each complete minute from `from` to `to` (not part of them), asked one by one. */
export function recomputed(
  markets: readonly TestMarket[],
  model: { readonly name: string; readonly version: number },
  bundle: Bundle,
  from: number,
  to: number,
): readonly PredictedRow[] {
  const loaded = loadBundle(bundle, BASELINES);
  const { horizonMinutes } = bundle.description;
  return markets.flatMap((market) =>
    Array.from({ length: to - from }, (_, offset) => minuteOf(market, from + offset))
      .filter(({ complete }) => complete)
      .map((row) => {
        const { exchange, symbol, close, f0, f1, f2 } = row;
        const start = Date.parse(row.window_start);
        const window = { exchange, symbol, start, close, values: [f2, f1, f0] };
        const forecast = predictWindows(loaded, [window], ['f2', 'f1', 'f0']).forecasts[0];
        if (forecast === undefined) throw new Error('no forecast');
        return {
          key: `${exchange} ${symbol} ${start} ${horizonMinutes} ${model.name} ${model.version}`,
          base_price: close,
          predicted_return: forecast.predictedReturn,
          predicted_price: forecast.predictedPrice,
          lower_price: forecast.lowerPrice,
          upper_price: forecast.upperPrice,
          interval_level: forecast.intervalLevel,
          direction_probability: forecast.directionProbability,
          features_hash: forecast.featuresHash,
          contributions: forecast.contributions,
        };
      }),
  );
}

/** Rows in the order of `storedPredictions`, whatever model they are of. */
export function byKey(rows: readonly PredictedRow[]): readonly PredictedRow[] {
  return [...rows].sort((a, b) => (a.key < b.key ? -1 : 1));
}
