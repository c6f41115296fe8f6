import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { PostgresLanding } from '../../connectors/postgresLanding.ts';
import { systemClock } from '../../engine/clock.ts';
import type { Algorithms } from '../../jobs/models/algorithms.ts';
import { LocalRegistry } from '../../jobs/registry/localRegistry.ts';
import { Scorer } from '../../jobs/scoring/scorer.ts';
import { trainingFeatures } from '../../jobs/training/dataset/columns.ts';
import { round } from '../latency.ts';
import { openRig, quantile, type Rig } from '../rig.ts';
import { benchAlgorithm, benchBundle } from './bundle.ts';
import { ClosingMarkets } from './market.ts';

/** Windows before the measured ones: plans, compiled code and caches settle. */
const WARM_UP = 15;

/** One closed minute of all markets, in milliseconds. */
interface Window {
  /** From the commit of the trades that end it to the commit of the refresh that has it. */
  readonly refresh: number;
  /** From there to the commit of its predictions, all markets. */
  readonly scoring: number;
}

/** Time from the end of a window to its stored predictions. */
export async function benchClosing(
  markets: number,
  windows: number,
  algorithms: Algorithms,
): Promise<Readonly<Record<string, unknown>>> {
  const rig = await openRig();
  const folder = mkdtempSync(join(tmpdir(), 'tickwave-bench-models-'));
  const pool = new pg.Pool({ connectionString: rig.url, max: 2 });
  const landing = new PostgresLanding({ connection: rig.url, durable: true });
  try {
    const made = new ClosingMarkets(markets);
    await made.landHistory(rig.client);
    await rig.engine.refresh();
    await rig.client.query('analyze');
    const registry = new LocalRegistry({ pool, folder, clock: systemClock });
    const algorithm = benchAlgorithm(algorithms);
    const features = await trainingFeatures(rig.client);
    await registry.register('return-5m', await benchBundle(algorithm, features));
    await registry.decide({
      ...{ name: 'return-5m', version: 1, action: 'promote', alias: 'champion', reasons: [] },
    });
    const measured = await measure(rig, pool, registry, algorithms, landing, made, { markets, windows });
    const kept = measured.slice(WARM_UP);
    return {
      ...{ markets, windows: kept.length, model: algorithm.name, features: features.length },
      refreshToStoredMs: shares(kept.map(({ scoring }) => scoring)),
      tradeToRefreshMs: shares(kept.map(({ refresh }) => refresh)),
      tradeToStoredMs: shares(kept.map(({ refresh, scoring }) => refresh + scoring)),
    };
  } finally {
    await landing.close();
    await pool.end();
    await rig.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function shares(values: readonly number[]): Readonly<Record<string, number>> {
  return {
    p50: round(quantile(values, 0.5)),
    p90: round(quantile(values, 0.9)),
    p99: round(quantile(values, 0.99)),
    most: round(Math.max(...values)),
  };
}

async function measure(
  rig: Rig,
  pool: pg.Pool,
  registry: LocalRegistry,
  algorithms: Algorithms,
  landing: PostgresLanding,
  made: ClosingMarkets,
  { markets, windows }: { readonly markets: number; readonly windows: number },
): Promise<readonly Window[]> {
  let refreshed = 0;
  const stopping = new AbortController();
  const scorer = new Scorer({
    ...{ pool, registry, algorithms, clock: systemClock, pollMs: 60_000 },
    ...{
      catchUpMinutes: 1440,
      expiryMs: 14 * 86_400_000,
      say: (sentence) => process.stderr.write(`${sentence}\n`),
    },
    onChange: (wake) => {
      rig.engine.onRefresh(({ views }) => {
        if (!views.some(({ view }) => view === 'watermarks')) return;
        refreshed = performance.now();
        wake();
      });
      return () => {};
    },
  });
  await rig.engine.start();
  const scoring = scorer.run(stopping.signal);
  const found: Window[] = [];
  try {
    for (let minute = 0; minute < windows + WARM_UP; minute++) {
      await made.trade(landing, minute);
      await rig.engine.refreshDue([]);
      const before = scorer.status().predictions;
      await made.close(landing, minute, systemClock.now());
      const landed = performance.now();
      while (scorer.status().predictions < before + markets)
        await new Promise((resolve) => setTimeout(resolve, 1));
      const stored = performance.now();
      found.push({ refresh: refreshed - landed, scoring: stored - refreshed });
    }
  } finally {
    stopping.abort();
    await scoring;
  }
  return found;
}
