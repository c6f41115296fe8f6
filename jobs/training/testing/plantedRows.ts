import type { DatasetIdentity } from '../dataset/identity.ts';
import { identityOf } from '../dataset/identity.ts';
import type { ReadDataset } from '../dataset/read.ts';
import type { TrainingRows } from '../dataset/trainingRows.ts';
import { randomStream } from '../random.ts';

const HORIZON = 5;
const FEATURES = ['signal', 'noise_a', 'noise_b', 'noise_c'];
const START = Date.UTC(2026, 0, 5);

/** Rows whose return over five minutes leans on the first feature, made without a database. */
export interface PlantedRowsOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly markets: number;
  /** How much of a minute's deviation the signal is; 0 for a random walk. */
  readonly strength: number;
}

/** Makes them: a minute's log return has a deviation of 0.001, returns of one market overlap as real ones do. */
export function plantedRows({ seed, minutes, markets, strength }: PlantedRowsOptions): ReadDataset {
  const random = randomStream(seed, 'planted');
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const count = minutes * markets;
  const width = FEATURES.length;
  const rows: TrainingRows = {
    horizonMinutes: HORIZON,
    markets: Array.from({ length: markets }, (_, market) => ({ exchange: 'made', symbol: `M${market}/USD` })),
    features: FEATURES,
    times: Float64Array.from({ length: count }, (_, row) => START + Math.floor(row / markets) * 60_000),
    market: Uint16Array.from({ length: count }, (_, row) => row % markets),
    closes: new Float64Array(count).fill(100),
    returns: new Float64Array(count),
    values: Float32Array.from({ length: count * width }, normal),
  };
  const steps = Float64Array.from({ length: (minutes + HORIZON) * markets }, () => 0.001 * normal());
  for (let row = 0; row < count; row++) {
    // The signal speaks of the whole horizon: one of the same size in each of its minutes.
    const lean = 0.001 * strength * (rows.values[row * width] ?? 0);
    let sum = 0;
    for (let ahead = 1; ahead <= HORIZON; ahead++) sum += (steps[row + ahead * markets] ?? 0) + lean;
    rows.returns[row] = sum;
  }
  return { rows, identity: identity(rows) };
}

function identity(rows: TrainingRows): DatasetIdentity {
  const { markets, features, horizonMinutes } = rows;
  const request = {
    markets,
    features,
    horizonMinutes,
    since: null,
    until: null,
    asOf: START,
    mostRows: 1_000_000,
  };
  return identityOf(rows, request, { sqlHash: '0'.repeat(64), featureFingerprints: null });
}
