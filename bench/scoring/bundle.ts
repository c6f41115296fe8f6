import type { Algorithms } from '../../jobs/models/algorithms.ts';
import type { Dataset } from '../../jobs/models/dataset.ts';
import type { Algorithm } from '../../jobs/models/model.ts';
import { directions, planted, shortly } from '../../jobs/models/testing/samples.ts';
import type { Bundle } from '../../jobs/registry/bundle.ts';
import { smallBundle } from '../../jobs/registry/testing/bundles.ts';

/** Trees of each model: what five days of two markets come to, and more. */
export const ROUNDS = 200;

/** XGBoost where it is, else ridge. */
export function benchAlgorithm({ available }: Algorithms): Algorithm {
  const algorithm = available.get('xgboost') ?? available.get('ridge');
  if (algorithm === undefined) throw new Error('no algorithm is available');
  return algorithm;
}

/** Models as large as trained ones, of returns that are made up: how long they take does not depend on how good they are. */
export async function benchBundle(
  algorithm: Algorithm,
  features: readonly string[],
  rounds = ROUNDS,
): Promise<Bundle> {
  const made = planted({ seed: 1, rows: 5000, columns: features.length, noise: 1 });
  const labels = made.labels.map((label) => label * 0.0005);
  const rows: Dataset = { ...made, labels, matrix: { ...made.matrix, features } };
  const train = async (data: Dataset, options: Parameters<typeof shortly>[0]): Promise<Uint8Array> =>
    (await algorithm.fit(data, {}, shortly({ rounds, ...options }))).model.save();
  const { description } = await smallBundle(1, { features, algorithm: algorithm.name });
  return {
    description,
    models: {
      return: await train(rows, {}),
      interval: await train(rows, { objective: { kind: 'quantile', quantiles: [0.1, 0.9] } }),
      direction: await train(directions(rows), { objective: { kind: 'binary-logistic' } }),
    },
    attachments: new Map(),
  };
}
