import { PersistenceAlgorithm } from '../../models/baselines/persistence.ts';
import { RidgeAlgorithm } from '../../models/baselines/ridge.ts';
import type { Algorithm } from '../../models/model.ts';
import { directions, planted, shortly } from '../../models/testing/samples.ts';
import type { Bundle, BundleDescription } from '../bundle.ts';

/** Algorithms that are there everywhere. */
export const BASELINES = {
  available: new Map<Algorithm['name'], Algorithm>([
    ['persistence', new PersistenceAlgorithm()],
    ['ridge', new RidgeAlgorithm()],
  ]),
  unavailable: [],
};

/** A bundle trained in a moment: returns of about a thousandth that lean on the first of three features, f0 to f2. */
export async function smallBundle(
  seed: number,
  changed: Partial<BundleDescription> = {},
  algorithm: Algorithm = new RidgeAlgorithm(),
): Promise<Bundle> {
  const features = changed.features ?? ['f0', 'f1', 'f2'];
  const signal = (row: Float32Array): number => (Number.isNaN(row[0]) ? 0 : 0.001 * (row[0] ?? 0));
  const named = planted({ seed, rows: 200, columns: features.length, signal, noise: 0.0005 });
  const dataset = { ...named, matrix: { ...named.matrix, features } };
  const [low, high] = changed.quantiles ?? [0.1, 0.9];
  const train = async (data: typeof dataset, options: Parameters<typeof shortly>[0]): Promise<Uint8Array> =>
    (await algorithm.fit(data, {}, shortly({ rounds: 10, ...options }))).model.save();
  return {
    description: {
      tickwave: 'bundle',
      version: 1,
      algorithm: algorithm.name,
      horizonMinutes: 5,
      features,
      markets: null,
      quantiles: [low, high],
      parameters: { seed },
      datasetHash: 'd'.repeat(64),
      sqlHash: 'e'.repeat(64),
      featureFingerprints: null,
      trainedFrom: '2026-01-01T00:00:00.000Z',
      trainedTo: '2026-01-01T12:00:00.000Z',
      metrics: { skill: 0.05, mae: 0.0004, brier: null },
      ...changed,
    },
    models: {
      return: await train(dataset, {}),
      interval: await train(dataset, { objective: { kind: 'quantile', quantiles: [low, high] } }),
      direction: await train(directions(dataset), { objective: { kind: 'binary-logistic' } }),
    },
    attachments: new Map([['evaluation.json', new TextEncoder().encode('{"folds":[]}')]]),
  };
}
