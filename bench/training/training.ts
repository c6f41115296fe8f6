import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Algorithms, availableAlgorithms } from '../../jobs/models/algorithms.ts';
import type { Dataset } from '../../jobs/models/dataset.ts';
import { placesOf } from '../../jobs/models/library/places.ts';
import type { Algorithm, Model } from '../../jobs/models/model.ts';
import { completeParameters } from '../../jobs/models/parameters.ts';
import { planted, shortly } from '../../jobs/models/testing/samples.ts';
import { XGBOOST_PARAMETERS, xgboostSettings } from '../../jobs/models/xgboost/parameters.ts';
import { quantile } from '../rig.ts';
import { PythonXgboost } from './python.ts';

const SEED = 1;
const COLUMNS = 50;

/** A model trained by both on the same rows, one after the other. */
interface Pair {
  readonly tickwaveSeconds: number;
  readonly pythonSeconds: number;
}

/** XGBoost of this machine. @throws when there is none */
export function xgboostOf({ available, unavailable }: Algorithms): Algorithm {
  const algorithm = available.get('xgboost');
  if (algorithm !== undefined) return algorithm;
  throw new Error(unavailable.map(({ reason, remedy }) => `${reason} ${remedy}`).join(' '));
}

/**
 * Training time against Python's XGBoost of the same version: the same rows, settings and one thread each, in turns, so that a
 * busy machine is as busy for both. The models have to be the same, or it would not be the same work.
 */
export async function benchTraining(
  rows: number,
  rounds: number,
  pairs: number,
): Promise<Readonly<Record<string, unknown>>> {
  const folder = mkdtempSync(join(tmpdir(), 'tickwave-bench-'));
  const algorithms = await availableAlgorithms(placesOf(process.env), 1);
  const python = PythonXgboost.start();
  try {
    const algorithm = xgboostOf(algorithms);
    const dataset = float32Labels(planted({ seed: SEED, rows, columns: COLUMNS }));
    const task = writeTask(folder, dataset, rounds);
    const measured: Pair[] = [];
    let version = '';
    for (let pair = 0; pair <= pairs; pair++) {
      const began = performance.now();
      const { model } = await algorithm.fit(dataset, {}, shortly({ rounds, seed: SEED }));
      const tickwaveSeconds = (performance.now() - began) / 1000;
      const answer = await python.ask(task);
      version = answer.version;
      compare(model, algorithm.load(readFileSync(task.model)), dataset);
      // The first one warms up.
      if (pair > 0) measured.push({ tickwaveSeconds, pythonSeconds: answer.seconds });
    }
    return {
      ...{ rows, columns: COLUMNS, rounds, xgboost: version, load: loadavg()[0] },
      ...summary(measured),
    };
  } finally {
    await python.stop();
    await algorithms.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function summary(pairs: readonly Pair[]): Readonly<Record<string, unknown>> {
  const median = (of: (pair: Pair) => number): number => Number(quantile(pairs.map(of), 0.5).toFixed(3));
  return {
    pairs: pairs.length,
    tickwaveSeconds: median(({ tickwaveSeconds }) => tickwaveSeconds),
    pythonSeconds: median(({ pythonSeconds }) => pythonSeconds),
    ratio: median(({ tickwaveSeconds, pythonSeconds }) => tickwaveSeconds / pythonSeconds),
    ratios: pairs.map((pair) => Number((pair.tickwaveSeconds / pair.pythonSeconds).toFixed(2))),
    differenceOfPredictions: 0,
  };
}

/** Labels as the library takes them. */
function float32Labels(dataset: Dataset): Dataset {
  return { ...dataset, labels: dataset.labels.map(Math.fround) };
}

function writeTask(folder: string, { matrix, labels }: Dataset, rounds: number) {
  const files = {
    rows: join(folder, 'rows'),
    labels: join(folder, 'labels'),
    model: join(folder, 'model.json'),
  };
  writeFileSync(
    files.rows,
    new Uint8Array(matrix.values.buffer, matrix.values.byteOffset, matrix.values.byteLength),
  );
  writeFileSync(files.labels, new Uint8Array(Float32Array.from(labels).buffer));
  const settings = xgboostSettings(
    completeParameters(XGBOOST_PARAMETERS, {}),
    { kind: 'squared-error' },
    SEED,
  );
  return { do: 'train', ...files, features: matrix.features, settings, rounds } as const;
}

function compare(ours: Model, theirs: Model, { matrix }: Dataset): void {
  const [a, b] = [ours.predict(matrix).values, theirs.predict(matrix).values];
  const differences = a.filter((value, row) => value !== b[row]).length;
  if (differences > 0 || a.length !== b.length)
    throw new Error(`Python trained another model: ${differences} of ${a.length} predictions differ`);
}
