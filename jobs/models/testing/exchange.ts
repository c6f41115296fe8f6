// Exchanges models with Python: `exchange.ts write <folder>` trains some and writes them with data and predictions;
// `exchange.ts read <folder>` predicts with those that Python wrote and compares. Used by .ci/models.sh.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { availableAlgorithms } from '../algorithms.ts';
import { placesOf } from '../library/places.ts';
import type { AlgorithmName, Model } from '../model.ts';

import { directions, planted, shortly } from './samples.ts';

const OBJECTIVES = [
  { kind: 'squared-error' },
  { kind: 'binary-logistic' },
  { kind: 'quantile', quantiles: [0.05, 0.95] },
] as const;

const algorithms = await availableAlgorithms(placesOf(process.env), 1);
const [verb, folder = ''] = process.argv.slice(2);
const rows = planted({ seed: 8, rows: 1000, columns: 6 }).matrix;

function algorithmOf(name: AlgorithmName) {
  const algorithm = algorithms.available.get(name);
  if (algorithm === undefined)
    throw new Error(`no ${name}: ${algorithms.unavailable.map(({ reason }) => reason).join(' ')}`);
  return algorithm;
}

async function write(name: string, values: Float64Array | Float32Array): Promise<void> {
  await writeFile(join(folder, name), new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

async function writeModel(name: string, model: Model): Promise<object> {
  for (const format of model.formats) await writeFile(join(folder, `${name}.${format}`), model.save(format));
  await write(`${name}.predictions`, model.predict(rows).values);
  await write(`${name}.contributions`, model.contributions(rows).values);
  return { name, algorithm: model.algorithm, objective: model.objective, formats: model.formats };
}

if (verb === 'write') {
  await mkdir(folder, { recursive: true });
  await write('rows', rows.values);
  const set = planted({ seed: 7, rows: 2000, columns: 6 });
  const models: object[] = [];
  for (const name of ['xgboost', 'lightgbm'] as const)
    for (const objective of OBJECTIVES) {
      const dataset = objective.kind === 'binary-logistic' ? directions(set) : set;
      const { model } = await algorithmOf(name).fit(dataset, {}, shortly({ objective }));
      models.push(await writeModel(`${name}-${objective.kind}`, model));
    }
  await writeFile(join(folder, 'models.json'), JSON.stringify({ features: rows.features, models }));
} else {
  const names = z.array(z.string()).parse(JSON.parse(await readFile(join(folder, 'python.json'), 'utf8')));
  for (const name of names) {
    const bytes = await readFile(join(folder, `${name}.predictions`));
    const expected = new Float64Array(
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
    );
    const model = algorithmOf('xgboost').load(await readFile(join(folder, name)));
    const { values } = model.predict(rows);
    const differences = values.filter((value, index) => value !== expected[index]).length;
    if (differences > 0 || values.length !== expected.length)
      throw new Error(`${name}: ${differences} differences`);
    console.log(`${name} of Python: ${values.length} predictions here, difference 0`);
  }
}
await algorithms.close();
