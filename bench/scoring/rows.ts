import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { availableAlgorithms } from '../../jobs/models/algorithms.ts';
import { placesOf } from '../../jobs/models/library/places.ts';
import type { Matrix } from '../../jobs/models/matrix.ts';
import type { Model } from '../../jobs/models/model.ts';
import { planted, shortly } from '../../jobs/models/testing/samples.ts';
import { quantile } from '../rig.ts';
import { PythonXgboost } from '../training/python.ts';
import { xgboostOf } from '../training/training.ts';

const ROWS = 10_000;
const COLUMNS = 50;
const ROUNDS = 200;

/** Rows a second of one model, in calls of so many rows, against Python's XGBoost with the same model, in turns. */
export async function benchRows(
  sizes: readonly number[],
  rowsATime: number,
  pairs: number,
): Promise<Readonly<Record<string, unknown>>> {
  const folder = mkdtempSync(join(tmpdir(), 'tickwave-bench-'));
  const algorithms = await availableAlgorithms(placesOf(process.env), 1);
  const python = PythonXgboost.start();
  try {
    const { matrix, ...dataset } = planted({ seed: 1, rows: ROWS, columns: COLUMNS });
    const { model } = await xgboostOf(algorithms).fit(
      { matrix, ...dataset },
      {},
      shortly({ rounds: ROUNDS }),
    );
    const files = { rows: join(folder, 'rows'), model: join(folder, 'model.json') };
    writeFileSync(files.rows, new Uint8Array(matrix.values.buffer));
    writeFileSync(files.model, model.save());
    await python.ask({ do: 'load', ...files, features: matrix.features });
    const figures: Record<string, unknown> = { columns: COLUMNS, trees: ROUNDS, load: loadavg()[0] };
    for (const size of sizes) {
      const calls = Math.ceil(rowsATime / size);
      const measured: { readonly ours: number; readonly theirs: number }[] = [];
      for (let pair = 0; pair <= pairs; pair++) {
        const ours = (size * calls) / score(model, matrix, size, calls);
        const { seconds } = await python.ask({ do: 'score', size, calls });
        if (pair > 0) measured.push({ ours, theirs: (size * calls) / seconds });
      }
      const median = (of: (pair: (typeof measured)[number]) => number): number =>
        quantile(measured.map(of), 0.5);
      figures[`${size} rows a call`] = {
        tickwaveRowsPerSecond: Math.round(median(({ ours }) => ours)),
        pythonRowsPerSecond: Math.round(median(({ theirs }) => theirs)),
        ratio: Number(median(({ ours, theirs }) => ours / theirs).toFixed(2)),
      };
    }
    return figures;
  } finally {
    await python.stop();
    await algorithms.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Seconds of so many calls. */
function score(model: Model, { features, values, rows }: Matrix, size: number, calls: number): number {
  const width = features.length;
  const batches = Array.from({ length: calls }, (_, index) => {
    const from = (index * size) % (rows - size + 1);
    return { features, rows: size, values: values.subarray(from * width, (from + size) * width) };
  });
  const began = performance.now();
  for (const batch of batches) model.predict(batch);
  return (performance.now() - began) / 1000;
}
