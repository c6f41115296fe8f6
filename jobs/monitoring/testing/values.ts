import { seeded } from '../../../test/property/history.ts';
import type { JobsDatabase } from '../../registry/testing/tables.ts';
import { setProgress, type TestModel } from './database.ts';

/** Minutes between the rows of made histories. */
const STEP = 5;
export const MINUTE = 60_000;
export const DAY = 1440 * MINUTE;

/** What is asked of a made history; times are milliseconds since the Unix epoch. */
export interface MadeHistory {
  readonly seed: number;
  readonly symbol: string;
  readonly from: number;
  readonly to: number;
  /** From here on f1 is higher by one standard deviation and f2 is missing half the time. */
  readonly shiftAt?: number;
}

/**
 * Rows of `features` every five minutes: f0 wanders slowly, as volatility does; f1 is new every time; f2 is a count that is mostly 0, and
 * now and then missing. Nothing of it drifts but what is told to.
 */
export function madeValues({ seed, from, to, shiftAt = Number.POSITIVE_INFINITY }: MadeHistory) {
  const random = seeded(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  let slow = normal();
  return Array.from({ length: Math.ceil((to - from) / (STEP * MINUTE)) }, (_, index) => {
    const time = from + index * STEP * MINUTE;
    const shifted = time >= shiftAt;
    slow = 0.97 * slow + Math.sqrt(1 - 0.97 ** 2) * normal();
    const count = random() < 0.9 ? 0 : Math.floor(random() * 5) + 1;
    const missing = random() < (shifted ? 0.5 : 0.02);
    return { time, f0: slow, f1: normal() + (shifted ? 1 : 0), f2: missing ? null : count };
  });
}

/** Lands a made history as features, closed to its end. */
export async function landFeatures({ pool }: JobsDatabase, history: MadeHistory): Promise<void> {
  const rows = madeValues(history);
  await pool.query(
    `insert into features select 'kraken', $1, to_timestamp(time / 1000), f0, f1, f2, true
     from unnest($2::float8[], $3::float8[], $4::float8[], $5::float8[]) as made (time, f0, f1, f2)`,
    [
      history.symbol,
      ...[rows.map(({ time }) => time), rows.map(({ f0 }) => f0)],
      ...[rows.map(({ f1 }) => f1), rows.map(({ f2 }) => f2)],
    ],
  );
  const end = new Date(history.to).toISOString();
  await pool.query("insert into watermarks values ('kraken', $1, $2, $2)", [history.symbol, end]);
}

/** A version predicts every landed row of a market from `from` to `to`, f1 a thousandth each. */
export async function predictRows(
  database: JobsDatabase,
  model: Pick<TestModel, 'name' | 'version'>,
  symbol: string,
  from: number,
  to: number,
): Promise<void> {
  await database.pool.query(
    `insert into predictions (exchange, symbol, window_start, horizon_minutes, model, version, predicted_return)
     select exchange, symbol, window_start, 5, $1, $2, f1 / 1000 from features where symbol = $3 and window_start >= $4 and window_start < $5
     on conflict do nothing`,
    [model.name, model.version, symbol, new Date(from).toISOString(), new Date(to).toISOString()],
  );
  await setProgress(database, model, symbol, from, to);
}
