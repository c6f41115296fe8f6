import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { engineOf } from '../../engine/database/engineOf.ts';
import type { Clock } from '../context.ts';
import { remembered } from '../remembered.ts';
import { MEASURED, type Measured } from './measured.ts';

const NEW_PREDICTIONS = readFileSync(new URL('./sql/newPredictions.sql', import.meta.url), 'utf8');

/** What was read is good for so long, however many look. */
const KEPT_MS = 10_000;
/** Reading ends after so long, and what was not read by then has no series: a scrape waits ten seconds. */
const BUDGET_MS = 5_000;

export interface DatabaseMetricsOptions {
  /** Connections of the read-only role, with a time-out for each statement. */
  readonly pool: Pool;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Row = Readonly<Record<string, unknown>>;

/** Shows what the database knows, read one query after the other when somebody looks. What cannot be read has no series, and is counted. */
export function databaseMetrics(registry: Registry, options: DatabaseMetricsOptions): void {
  const registers = [registry];
  const failures = new Counter({
    name: 'tickwave_metrics_failed_reads_total',
    help: 'Reads of the database for metrics that failed',
    labelNames: ['metric'],
    registers,
  });
  // A database that is away fails all of them again and again: one line each time that something else is wrong says enough.
  const said = new Map<string, string>();
  const failed = (metric: string, error: unknown): void => {
    failures.inc({ metric });
    if (said.get(metric) !== String(error))
      options.logger.warn({ metric, err: error }, 'a metric could not be read');
    said.set(metric, String(error));
  };
  const rows = remembered(options.clock, KEPT_MS, () => readAll(options, failed));
  for (const measured of MEASURED)
    new Gauge({
      ...{ name: measured.name, help: measured.help, labelNames: [...measured.labels], registers },
      async collect() {
        const found = (await rows.get()).get(measured.name) ?? [];
        this.reset();
        // Without labels there is a 0 to begin with, which nobody has measured.
        if (measured.labels.length === 0 && found.length === 0) this.remove();
        for (const row of found) if (row.value !== null) this.set(labelsOf(measured, row), Number(row.value));
      },
    });
  predictionLatency(registry, options, failed);
}

async function readAll(
  { pool, clock }: DatabaseMetricsOptions,
  failed: (metric: string, error: unknown) => void,
): Promise<ReadonlyMap<string, readonly Row[]>> {
  const read = new Map<string, readonly Row[]>();
  const begun = clock.now();
  // A database that is away fails each of them, and is told of so.
  const statistics = await engineOf(pool).then(
    (profile) => profile.statistics,
    () => true,
  );
  for (const { name, sql, statistic } of MEASURED) {
    if (statistic && !statistics) continue;
    try {
      if (clock.now() - begun > BUDGET_MS) throw new Error(`reading took more than ${BUDGET_MS} ms`);
      read.set(name, (await pool.query<Row>(sql)).rows);
    } catch (error) {
      failed(name, error);
    }
  }
  return read;
}

function labelsOf({ labels }: Measured, row: Row): Record<string, string> {
  return Object.fromEntries(labels.map((label) => [label, String(row[label] ?? '')]));
}

interface Predicted {
  readonly exchange: string;
  readonly symbol: string;
  readonly model: string;
  readonly window_start: string;
  readonly latency_ms: number | null;
}

/** From the close of a minute to the prediction made from it; late ones, as after downtime, are not counted. */
function predictionLatency(
  registry: Registry,
  { pool, clock }: DatabaseMetricsOptions,
  failed: (metric: string, error: unknown) => void,
): void {
  const name = 'tickwave_prediction_latency_seconds';
  const counted = new Map<string, { exchange: string; symbol: string; since: string }>();
  const observe = async (): Promise<void> => {
    try {
      const { rows } = await pool.query<Predicted>(NEW_PREDICTIONS, [JSON.stringify([...counted.values()])]);
      for (const { exchange, symbol, model, window_start, latency_ms } of rows) {
        if (latency_ms !== null) histogram.observe({ model }, latency_ms / 1000);
        counted.set(`${exchange} ${symbol}`, { exchange, symbol, since: window_start });
      }
    } catch (error) {
      failed(name, error);
    }
  };
  const once = remembered(clock, KEPT_MS, observe);
  const histogram = new Histogram({
    name,
    help: 'From the close of a minute to the prediction made from it',
    labelNames: ['model'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
    collect: () => once.get(),
  });
}
