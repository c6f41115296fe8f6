import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { PostgresLanding } from '../../connectors/postgresLanding.ts';
import { loadCatalog } from '../../engine/catalog/catalog.ts';
import { systemClock } from '../../engine/clock.ts';
import { Engine } from '../../engine/engine.ts';
import { playDemo } from '../../jobs/demo/demo.ts';
import { demoReport } from '../../jobs/demo/demoReport.ts';
import type { DemoOptions } from '../../jobs/demo/options.ts';
import { LocalRegistry } from '../../jobs/registry/localRegistry.ts';
import { BASELINES } from '../../jobs/registry/testing/bundles.ts';
import type { Report } from '../../jobs/report/report.ts';
import { type PredictedRow, storedPredictions } from '../../jobs/scoring/testing/market.ts';
import { randomStream } from '../../jobs/training/random.ts';
import { STANDARD_SETTINGS } from '../../jobs/training/settings.ts';
import { testDatabase } from '../../test/support/database.ts';
import { Recording } from './recording.ts';
import { type DemoSource, plainTime } from './source.ts';

const SEED = Number(process.env.SEED ?? 20260105);
/** 21 hours of warm-up, three and a half to learn from, and 24 minutes to replay. */
const MINUTES = 25 * 60 + 10;
const REPLAYED = 24;
const START = Date.UTC(2026, 0, 5);

const open: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** The minutes of a made-up market, and a study of one that is not on the tape. */
function source(): DemoSource {
  const random = randomStream(SEED, 'minutes');
  const recording = new Recording();
  let close = 1000;
  for (let minute = 0; minute < MINUTES; minute++) {
    const open = close;
    close *= 1 + (random() - 0.5) * 0.002;
    const [high, low] = [Math.max(open, close) * 1.0001, Math.min(open, close) * 0.9999];
    const [o, h, l, c] = [open, high, low, close].map((price) => price.toFixed(4)) as [
      string,
      string,
      string,
      string,
    ];
    recording.candle({
      ...{
        exchange: 'made',
        symbol: 'BTC/USD',
        windowStart: new Date(START + minute * 60_000).toISOString(),
      },
      ...{ open: o, high: h, low: l, close: c, volume: (random() * 10).toFixed(4) },
      ...{ notional: null, trades: null, takerBuyVolume: null },
    });
  }
  const study = { horizonMinutes: 5, markets: recording.markets };
  return {
    recording,
    studies: [
      { ...study, name: 'demo-5m', title: 'made' },
      { ...study, name: 'nothing-5m', title: 'nothing', markets: [{ exchange: 'made', symbol: 'NONE/USD' }] },
    ],
    about: { kind: 'candles', about: 'Made up.', files: [], notes: [], barMinutes: 1 },
    timeOf: plainTime,
  };
}

interface Played {
  readonly report: Report;
  readonly predictions: readonly PredictedRow[];
}

async function play({ recording, studies, about, timeOf }: DemoSource, stepMinutes: number): Promise<Played> {
  const database = await testDatabase();
  open.push(() => database.drop());
  const engine = await Engine.open({ url: database.url, catalog: await loadCatalog('sql') });
  open.push(() => engine.stop());
  const pool = new pg.Pool({ connectionString: database.url, max: 3 });
  open.push(() => pool.end());
  const landing = new PostgresLanding({ connection: database.url, durable: false });
  open.push(() => landing.close());
  const folder = mkdtempSync(join(tmpdir(), 'tickwave-models-'));
  open.push(() => rm(folder, { recursive: true, force: true }));
  const options: DemoOptions = {
    ...{
      pool,
      algorithms: { ...BASELINES, close: async () => {} },
      clock: systemClock,
      studies,
      timeOf,
      stepMinutes,
    },
    refresh: () => engine.refresh(),
    registry: new LocalRegistry({ pool, folder, clock: systemClock }),
    tape: recording.tape(landing),
    settings: {
      ...STANDARD_SETTINGS,
      algorithm: 'ridge',
      folds: { ...STANDARD_SETTINGS.folds, folds: 2, testShare: 0.3 },
    },
    rules: { confidence: 0.95, leastWindows: 20, seed: 1 },
    trainShare: 1 - REPLAYED / MINUTES,
    signal: new AbortController().signal,
    onProgress: () => {},
    say: () => {},
  };
  const outcome = await playDemo(options);
  const counts = { candles: recording.candles, trades: recording.trades };
  const report = await demoReport(options, outcome, { ...about, ...counts });
  return { report, predictions: await storedPredictions(pool) };
}

test(`a tape gives a report, and the same predictions at any speed (SEED=${SEED})`, async () => {
  const tape = source();
  const { report, predictions } = await play(tape, 60);
  const [study, nothing] = report.studies;
  // A candle tells event time by its start: two minutes stay open at the end, and two of before the cut close after it.
  expect(predictions.length).toBe(REPLAYED);
  expect(study).toMatchObject({
    problem: null,
    training: { algorithm: 'ridge', leftOut: expect.arrayContaining(['hour_of_day', 'news_score_15']) },
    live: {
      predictions: predictions.length,
      days: [{ predictions: study?.live?.measured.metrics.rows }],
      latency: { predictions: expect.any(Number) },
    },
    decisions: [{ action: 'challenge' }, { action: expect.stringMatching(/^(promote|refuse)$/) }],
  });
  expect(study?.training?.compared.map(({ algorithm }) => algorithm)).toEqual(['persistence', 'ridge']);
  expect(nothing).toMatchObject({ training: null, live: null, decisions: [], verdict: { kind: 'unknown' } });
  expect(nothing?.verdict.sentence).toMatch(/^No verdict: training_set has no rows of these markets/);
  expect((await play(tape, 1)).predictions).toEqual(predictions);
}, 600_000);
