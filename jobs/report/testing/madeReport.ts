import type { Evaluation } from '../../training/evaluate.ts';
import { measure } from '../../training/metrics/metrics.ts';
import type { Scored } from '../../training/metrics/scored.ts';
import { randomStream } from '../../training/random.ts';
import { type Measured, measureScored } from '../measured.ts';
import type { Report, StudyReport } from '../report.ts';
import { verdictOf } from '../verdict.ts';

const START = Date.UTC(2026, 0, 5);

/** Predictions made without a database. */
export interface MadeScoredOptions {
  readonly seed: number;
  readonly rows: number;
  /** Share of the predictable part in a return's deviation of 20 bp; 0 for predictions that know nothing. */
  readonly strength: number;
}

/** Predictions of one market, a minute after the other, that know `strength` of what comes. */
export function madeScored({ seed, rows, strength }: MadeScoredOptions): Scored {
  const random = randomStream(seed, 'made');
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const known = Float64Array.from({ length: rows }, () => 0.002 * Math.max(strength, 0.1) * normal());
  return {
    horizonMinutes: 5,
    level: 0.8,
    times: Float64Array.from({ length: rows }, (_, row) => START + row * 60_000),
    market: new Uint16Array(rows),
    closes: new Float64Array(rows).fill(100),
    actual: known.map((part) => (strength > 0 ? part : 0) + 0.002 * Math.sqrt(1 - strength ** 2) * normal()),
    predicted: known,
    lower: known.map((part) => part - 0.0026),
    upper: known.map((part) => part + 0.0026),
    probability: known.map((part) => 1 / (1 + Math.exp(-800 * part))),
  };
}

/** They measured. */
export function madeMeasured(options: MadeScoredOptions): Measured {
  return measureScored(madeScored(options), {
    fee: 0.001,
    seed: 1,
    timeOf: (ms) => new Date(ms).toISOString(),
  });
}

/** A whole report of one market with a name of the tester's choice. */
export function madeReport(symbol: string, strength: number): Report {
  return {
    tickwave: 'report',
    version: 1,
    createdAt: '2026-01-08T00:00:00.000Z',
    source: {
      kind: 'candles',
      about: `Recorded bars of ${symbol}.`,
      files: [`${symbol}.csv`],
      ...{
        from: '2026-01-05T00:00:00.000Z',
        to: '2026-01-07T00:00:00.000Z',
        cut: '2026-01-06T00:00:00.000Z',
      },
      ...{ candles: 2880, trades: 0, barMinutes: 1 },
      notes: [`A note on ${symbol}.`],
    },
    unavailable: [{ name: 'lightgbm', reason: `no library of ${symbol}`, remedy: 'Fetch it.' }],
    studies: [madeStudy(symbol, strength)],
  };
}

function madeStudy(symbol: string, strength: number): StudyReport {
  const market = { exchange: 'kraken', symbol };
  const walkForward = madeMeasured({ seed: 1, rows: 1200, strength });
  const measured = madeMeasured({ seed: 2, rows: 900, strength });
  const span = { from: '2026-01-05T00:00:00.000Z', to: '2026-01-05T12:00:00.000Z', rows: 720 };
  const metrics = measure(madeScored({ seed: 3, rows: 300, strength }), 0.001);
  const folds: Evaluation['folds'] = [
    { train: span, test: span, rounds: { return: 5, interval: 6, direction: 7 }, metrics },
  ];
  const { againstPersistence } = walkForward;
  return {
    ...{
      name: 'return-5m',
      title: `${symbol}, 5 minutes ahead`,
      markets: [market],
      horizonBars: 5,
      problem: null,
    },
    verdict: verdictOf(walkForward, measured, null),
    training: {
      ...{
        algorithm: 'ridge',
        rows: 1440,
        from: span.from,
        to: span.to,
        datasetHash: 'a'.repeat(64),
        seconds: 1.5,
      },
      ...{ folds, byMarket: [{ market, metrics }], walkForward },
      compared: [{ algorithm: 'ridge', metrics, againstPersistence, seconds: 1.5 }],
      features: [{ feature: 'rsi_14', importance: 0.75, contribution: 0.0001 }],
      leftOut: ['news_count_15'],
    },
    live: {
      ...{ version: 1, predictions: 905, measured, byMarket: [{ market, metrics }] },
      days: [
        {
          ...{ market, day: '2026-01-06T00:00:00.000Z', predictions: 900, mae: 12.5, persistenceMae: 13 },
          ...{ skill: 0.038, directionalAccuracy: null, intervalCoverage: 0.8 },
        },
      ],
      latency: { predictions: 60, p50: 4, p95: 8, p99: 9, most: 12 },
    },
    decisions: [
      {
        ...{
          name: 'return-5m',
          decision: 1,
          version: 1,
          action: 'refuse',
          alias: 'challenger',
          previousVersion: null,
        },
        ...{ reasons: [`It does not beat ${symbol}.`], evidence: {}, decidedAt: '2026-01-07T00:00:00.000Z' },
      },
    ],
  };
}
