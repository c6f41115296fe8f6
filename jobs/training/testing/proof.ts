import pg from 'pg';
import type { Catalog } from '../../../engine/catalog/catalog.ts';
import { systemClock } from '../../../engine/clock.ts';
import { testDatabase } from '../../../test/support/database.ts';
import type { Algorithms } from '../../models/algorithms.ts';
import { trainingFeatures } from '../dataset/columns.ts';
import { type ReadDataset, readDataset } from '../dataset/read.ts';
import { STANDARD_MOST_ROWS } from '../dataset/request.ts';
import { STANDARD_SETTINGS, type TrainSettings } from '../settings.ts';
import { trainModel } from '../train.ts';
import { landMarket } from './landMarket.ts';

/** A market to be judged: from simulated trades through every view of sql/ to a test against persistence. */
export interface ProofOptions {
  readonly catalog: Catalog;
  readonly algorithms: Algorithms;
  /** Judged on the same rows. */
  readonly judged: readonly ('ridge' | 'xgboost')[];
  readonly seed: number;
  readonly hours: number;
  /** As in MarketOptions; 0 is a random walk. */
  readonly signal: number;
}

/** What came out. */
export interface Verdict {
  readonly seed: number;
  readonly signal: number;
  readonly algorithm: string;
  /** Rows that were asked. */
  readonly rows: number;
  readonly skill: number;
  readonly pValue: number;
  readonly accuracy: number;
  readonly coverage: number;
  /** Of the trading rule, after fees. */
  readonly net: number;
}

const START = Date.UTC(2026, 0, 5);
const MARKETS = ['BTC/USD', 'ETH/USD'].map((symbol) => ({ exchange: 'simulated', symbol }));

/** A few days teach no weekday and no hour, and there is no news: what is left out could only mislead. */
const LEFT_OUT = /^(news_|hour_|week_|day_)/;

/** Judges one market, in a database of its own that is deleted. */
export async function judgeMarket(options: ProofOptions): Promise<readonly Verdict[]> {
  const dataset = await simulatedDataset(options);
  const verdicts: Verdict[] = [];
  for (const algorithm of options.judged) {
    const settings: TrainSettings = { ...STANDARD_SETTINGS, algorithm, rounds: 100, patience: 10 };
    const { algorithms } = options;
    const { evaluation } = await trainModel({ dataset, algorithms, settings, clock: systemClock });
    const { pooled, againstPersistence } = evaluation;
    verdicts.push({
      seed: options.seed,
      signal: options.signal,
      algorithm,
      rows: pooled.rows,
      skill: pooled.skill ?? Number.NaN,
      pValue: againstPersistence.pValue,
      accuracy: pooled.direction.accuracy ?? Number.NaN,
      coverage: pooled.interval.coverage,
      net: pooled.trading.net,
    });
  }
  return verdicts;
}

async function simulatedDataset({ catalog, seed, hours, signal }: ProofOptions): Promise<ReadDataset> {
  const database = await testDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const endMs = START + hours * 3_600_000;
  try {
    const market = { seed, startMs: START, endMs, markets: MARKETS.length, signal };
    await landMarket({ url: database.url, catalog, ...market });
    const features = (await trainingFeatures(client)).filter((name) => !LEFT_OUT.test(name));
    const range = { since: null, until: null, asOf: endMs, mostRows: STANDARD_MOST_ROWS };
    return await readDataset(client, { markets: MARKETS, horizonMinutes: 5, features, ...range });
  } finally {
    await client.end();
    await database.drop();
  }
}
