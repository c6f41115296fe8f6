import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';
import type { Market } from '../training/dataset/trainingRows.ts';
import { measure } from '../training/metrics/metrics.ts';
import { type Scored, scoredWhere } from '../training/metrics/scored.ts';
import { type MeasureOptions, measureScored } from './measured.ts';
import type { AccuracyDay, LatencyReport, LiveReport } from './report.ts';

const sql = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
const READ_LIVE = sql('readLive');
const READ_LATENCY = sql('readLatency');
const READ_DAYS = sql('readDays');

/** Predictions that are measured at most. */
const MOST_ROWS = 500_000;
const MOST_DAYS = 60;

/** Which version of which model, and its markets. */
export interface LiveModel {
  readonly name: string;
  readonly version: number;
  readonly horizonMinutes: number;
  readonly markets: readonly Market[];
}

/** Measures what scoring stored by what came true. Null when nothing has come true. */
export async function readLive(
  pool: Pool,
  model: LiveModel,
  options: MeasureOptions,
): Promise<LiveReport | null> {
  const scored = await readScored(pool, model);
  if (scored === null) return null;
  const { predictions, latency } = await readLatency(pool, model);
  return {
    version: model.version,
    predictions,
    measured: measureScored(scored, options),
    byMarket: model.markets.flatMap((market, index) => {
      const own = scoredWhere(scored, (row) => scored.market[row] === index);
      return own.times.length === 0 ? [] : [{ market, metrics: measure(own, options.fee) }];
    }),
    days: await readDays(pool, model, options.timeOf),
    latency,
  };
}

interface LiveRow extends Record<'time' | 'market' | 'close' | 'actual' | 'predicted', number> {
  readonly lower: number;
  readonly upper: number;
  readonly level: number;
  readonly probability: number;
}

/** Stored predictions as training's metrics take them. */
export async function readScored(pool: Pool, model: LiveModel): Promise<Scored | null> {
  const found: LiveRow[] = [];
  for (const [market, { exchange, symbol }] of model.markets.entries()) {
    const values = [model.name, model.version, exchange, symbol];
    const { rows } = await pool.query<Omit<LiveRow, 'market'>>(`${READ_LIVE} limit ${MOST_ROWS}`, values);
    for (const row of rows) found.push({ ...row, market });
  }
  // By time, then by market: the sort leaves markets of one minute in their order.
  const rows = found.sort((a, b) => a.time - b.time).slice(0, MOST_ROWS);
  const [first] = rows;
  if (first === undefined) return null;
  const column = (of: (row: LiveRow) => number): Float64Array => Float64Array.from(rows, of);
  return {
    horizonMinutes: model.horizonMinutes,
    level: first.level,
    times: column(({ time }) => Math.round(time)),
    market: Uint16Array.from(rows, ({ market }) => market),
    closes: column(({ close }) => close),
    actual: column(({ actual }) => actual),
    predicted: column(({ predicted }) => predicted),
    lower: column(({ lower }) => lower),
    upper: column(({ upper }) => upper),
    probability: column(({ probability }) => probability),
  };
}

async function readLatency(
  pool: Pool,
  { name, version }: LiveModel,
): Promise<{ readonly predictions: number; readonly latency: LatencyReport | null }> {
  const { rows } = await pool.query<
    { predictions: number; timed: number } & Omit<LatencyReport, 'predictions'>
  >(READ_LATENCY, [name, version]);
  const [row] = rows;
  if (row === undefined) return { predictions: 0, latency: null };
  const { predictions, timed, ...latency } = row;
  return { predictions, latency: timed === 0 ? null : { predictions: timed, ...latency } };
}

async function readDays(
  pool: Pool,
  { name, version }: LiveModel,
  timeOf: (ms: number) => string,
): Promise<readonly AccuracyDay[]> {
  const { rows } = await pool.query<{
    exchange: string;
    symbol: string;
    day: Date;
    predictions: number;
    mae: number;
    persistence_mae: number;
    skill: number | null;
    directional_accuracy: number | null;
    interval_coverage: number | null;
  }>(`${READ_DAYS} limit ${MOST_DAYS}`, [name, version]);
  // The newest are the ones that are kept; they are told by day, the sort leaves markets of one day in their order.
  rows.sort((a, b) => a.day.getTime() - b.day.getTime());
  return rows.map((row) => ({
    market: { exchange: row.exchange, symbol: row.symbol },
    day: timeOf(row.day.getTime()),
    predictions: row.predictions,
    mae: row.mae,
    persistenceMae: row.persistence_mae,
    skill: row.skill,
    directionalAccuracy: row.directional_accuracy,
    intervalCoverage: row.interval_coverage,
  }));
}
