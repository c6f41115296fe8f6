import type { Model } from '../models/model.ts';
import type { Part } from '../registry/bundle.ts';
import { datasetOf, type RowRange, type TrainingRows } from './dataset/trainingRows.ts';
import type { Scored } from './metrics/scored.ts';

/** Rows that a model is asked about at a time, so that other work gets its turn between. */
const AT_A_TIME = 5000;

/** Asks the three models about rows. The bounds are each fitted on their own and may cross: the lower of the two is the lower. */
export async function predictParts(
  models: Readonly<Record<Part, Model>>,
  rows: TrainingRows,
  range: RowRange,
  level: number,
): Promise<Scored> {
  const bounds = await predictModel(models.interval, rows, range);
  return {
    horizonMinutes: rows.horizonMinutes,
    level,
    times: rows.times.slice(range.from, range.to),
    market: rows.market.slice(range.from, range.to),
    closes: rows.closes.slice(range.from, range.to),
    actual: rows.returns.slice(range.from, range.to),
    predicted: await predictModel(models.return, rows, range),
    lower: eachBound(bounds, Math.min),
    upper: eachBound(bounds, Math.max),
    probability: await predictModel(models.direction, rows, range),
  };
}

/** One model's predictions, its outputs side by side. */
export async function predictModel(model: Model, rows: TrainingRows, range: RowRange): Promise<Float64Array> {
  const parts: Float64Array[] = [];
  for (let from = range.from; from < range.to; from += AT_A_TIME) {
    const part = { from, to: Math.min(range.to, from + AT_A_TIME) };
    parts.push(model.predict(datasetOf(rows, part, 'return', null).matrix).values);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const all = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let done = 0;
  for (const part of parts) {
    all.set(part, done);
    done += part.length;
  }
  return all;
}

function eachBound(bounds: Float64Array, choose: (one: number, other: number) => number): Float64Array {
  return Float64Array.from({ length: bounds.length / 2 }, (_, row) =>
    choose(bounds[2 * row] ?? Number.NaN, bounds[2 * row + 1] ?? Number.NaN),
  );
}
