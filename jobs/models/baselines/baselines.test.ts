import { describe, expect, test } from '@jest/globals';
import { seeded } from '../../../test/property/history.ts';
import type { Dataset } from '../dataset.ts';
import { BadDataset, BadParameter, UnreadableModel, WrongFeatures } from '../errors.ts';
import { directions, planted, shortly } from '../testing/samples.ts';
import { solveCholesky } from './cholesky.ts';
import { PersistenceAlgorithm } from './persistence.ts';
import { RidgeAlgorithm } from './ridge.ts';
import { weightedMean, weightedQuantiles } from './weighted.ts';

const ridge = new RidgeAlgorithm();
const persistence = new PersistenceAlgorithm();
const set = planted({ seed: 1, rows: 1000, columns: 4, missing: 0.1 });
const unseen = planted({ seed: 2, rows: 1000, columns: 4, missing: 0.1 });

const dataset = (
  columns: number,
  values: number[],
  labels: number[],
  weights: number[] | null = null,
): Dataset => ({
  matrix: {
    features: Array.from({ length: columns }, (_, column) => `f${column}`),
    rows: labels.length,
    values: Float32Array.from(values),
  },
  labels: Float64Array.from(labels),
  weights: weights === null ? null : Float64Array.from(weights),
});

test('solveCholesky solves what is positive definite, and nothing else', () => {
  const random = seeded(3);
  const size = 8;
  const root = Float64Array.from({ length: size * size }, () => random() - 0.5);
  const a = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      let sum = i === j ? 0.1 : 0;
      for (let k = 0; k < size; k++) sum += (root[i * size + k] ?? 0) * (root[j * size + k] ?? 0);
      a[i * size + j] = sum;
    }
  const b = Float64Array.from({ length: size }, () => random());
  const x = solveCholesky(a, b) ?? new Float64Array(size);
  for (let i = 0; i < size; i++)
    expect(x.reduce((sum, value, j) => sum + value * (a[i * size + j] ?? 0), 0)).toBeCloseTo(b[i] ?? 0, 10);
  expect(solveCholesky(Float64Array.of(1, 1, 1, 1), Float64Array.of(1, 1))).toBeNull();
  expect(solveCholesky(Float64Array.of(-1), Float64Array.of(1))).toBeNull();
});

describe('weighted figures', () => {
  test('count a weight as that many rows', () => {
    const values = Float64Array.of(5, 1, 3);
    expect(weightedMean(values, Float64Array.of(1, 2, 1))).toBe(2.5);
    expect(weightedMean(values, null)).toBe(3);
  });

  test('quantiles interpolate between midpoints and end at the extremes', () => {
    const values = Float64Array.of(4, 1, 3, 2);
    expect(weightedQuantiles(values, null, [0.01, 0.125, 0.5, 0.875, 0.99])).toEqual([1, 1, 2.5, 4, 4]);
    expect(weightedQuantiles(values, Float64Array.of(1, 5, 1, 1), [0.5])[0]).toBeLessThan(1.6);
  });
});

describe('ridge', () => {
  test('is least squares when the penalty is next to nothing', async () => {
    // y = 3 + 2 a - b, without noise.
    const random = seeded(4);
    const rows = Array.from(
      { length: 50 },
      () => [Math.fround(random() * 10), Math.fround(random())] as const,
    );
    const labels = rows.map(([a, b]) => 3 + 2 * a - b);
    const { model } = await ridge.fit(dataset(2, rows.flat(), labels), { l2: 1e-6 }, shortly());
    model
      .predict({ features: ['f0', 'f1'], rows: 2, values: Float32Array.of(0, 0, 1, 2) })
      .values.forEach((value, row) => {
        expect(value).toBeCloseTo([3, 3][row] ?? 0, 5);
      });
  });

  test('shrinks to the mean as the penalty grows', async () => {
    const mean = weightedMean(set.labels, null);
    const { model } = await ridge.fit(set, { l2: 1e9 }, shortly());
    for (const value of model.predict(unseen.matrix).values) expect(value).toBeCloseTo(mean, 3);
  });

  test('minimises its penalised loss: the slope there is 0', async () => {
    const plain = planted({ seed: 5, rows: 400, columns: 3, missing: 0 });
    const l2 = 50;
    const { model } = await ridge.fit(plain, { l2 }, shortly());
    const { means, deviations, coefficients } = JSON.parse(new TextDecoder().decode(model.save())) as Record<
      string,
      number[]
    >;
    const residuals = model
      .predict(plain.matrix)
      .values.map((value, row) => (plain.labels[row] ?? 0) - value);
    coefficients?.forEach((coefficient, column) => {
      const slope = residuals.reduce((sum, residual, row) => {
        const z =
          ((plain.matrix.values[row * 3 + column] ?? 0) - (means?.[column] ?? 0)) /
          (deviations?.[column] ?? 1);
        return sum + residual * z;
      }, 0);
      expect(slope).toBeCloseTo(l2 * coefficient, 6);
    });
  });

  test('takes a row of weight 2 as two rows', async () => {
    const once = dataset(1, [1, 2, 3, 5], [1, 3, 2, 6], [1, 2, 1, 1]);
    const twice = dataset(1, [1, 2, 2, 3, 5], [1, 3, 3, 2, 6], [1, 1, 1, 1, 1]);
    const rows = { features: ['f0'], rows: 2, values: Float32Array.of(0, 7) };
    // The penalty is a multiple of the average weight: 1.25 here, 1 there.
    const a = (await ridge.fit(once, { l2: 0.8 }, shortly())).model.predict(rows).values;
    const b = (await ridge.fit(twice, { l2: 1 }, shortly())).model.predict(rows).values;
    for (const [row, value] of a.entries()) expect(value).toBeCloseTo(b[row] ?? Number.NaN, 10);
  });

  test('puts missing values at the mean, and passes over features that say nothing', async () => {
    const values = [1, Number.NaN, 7, 2, Number.NaN, 7, Number.NaN, Number.NaN, 7, 4, Number.NaN, 7];
    const { model } = await ridge.fit(dataset(3, values, [1, 2, 2.2, 4]), { l2: 0.001 }, shortly());
    const features = ['f0', 'f1', 'f2'];
    const ask = (...row: number[]) =>
      model.predict({ features, rows: 1, values: Float32Array.from(row) }).values[0];
    expect(ask(Number.NaN, 0, 0)).toBeCloseTo(2.3, 9);
    expect(ask(3, 5, -100)).toBe(ask(3, Number.NaN, 7));
    expect(model.importance()).toEqual(
      new Map([
        ['f0', 1],
        ['f1', 0],
        ['f2', 0],
      ]),
    );
  });

  test('finds a planted signal, directions and intervals', async () => {
    const squared = (await ridge.fit(set, { l2: 10 }, shortly())).model.predict(unseen.matrix).values;
    const loss =
      squared.reduce((sum, value, row) => sum + (value - (unseen.labels[row] ?? 0)) ** 2, 0) / squared.length;
    expect(loss).toBeLessThan(0.6);
    const odds = (
      await ridge.fit(directions(set), { l2: 10 }, shortly({ objective: { kind: 'binary-logistic' } }))
    ).model;
    const right = odds
      .predict(unseen.matrix)
      .values.filter((p, row) => p > 0.5 === (unseen.labels[row] ?? 0) > 0);
    expect(right.length).toBeGreaterThan(800);
    const objective = { kind: 'quantile', quantiles: [0.1, 0.9] } as const;
    const { values } = (await ridge.fit(set, { l2: 10 }, shortly({ objective }))).model.predict(
      unseen.matrix,
    );
    const inside = unseen.labels.filter(
      (y, row) => y >= (values[row * 2] ?? 0) && y <= (values[row * 2 + 1] ?? 0),
    );
    expect(Math.abs(inside.length / 1000 - 0.8)).toBeLessThan(0.05);
  });
});

describe('persistence', () => {
  test('is no change, with the odds and quantiles of the labels', async () => {
    const flat = dataset(1, [1, 2, 3, 4], [-1, 0, 1, 2]);
    const ask = async (objective: Parameters<typeof shortly>[0], labels = flat) => [
      ...(await persistence.fit(labels, {}, shortly(objective))).model.predict({
        ...flat.matrix,
        rows: 1,
        values: Float32Array.of(9),
      }).values,
    ];
    expect(await ask({})).toEqual([0]);
    expect(await ask({ objective: { kind: 'quantile', quantiles: [0.125, 0.5] } })).toEqual([-1, 0.5]);
    expect(await ask({ objective: { kind: 'binary-logistic' } }, directions(flat))).toEqual([0.5]);
    const { model } = await persistence.fit(flat, {}, shortly());
    expect([...model.importance().values()]).toEqual([0]);
  });
});

describe.each([ridge, persistence])('$name', (algorithm) => {
  test.each([{ kind: 'squared-error' }, { kind: 'quantile', quantiles: [0.2, 0.7] }] as const)(
    'explains itself exactly and comes back as saved: %j',
    async (objective) => {
      const { model } = await algorithm.fit(set, {}, shortly({ objective }));
      const { values, outputs } = model.predict(unseen.matrix);
      const parts = model.contributions(unseen.matrix);
      values.forEach((value, index) => {
        expect(parts.values.subarray(index * 5, index * 5 + 5).reduce((a, b) => a + b, 0)).toBe(value);
      });
      expect(parts).toMatchObject({ rows: 1000, outputs, features: 4 });
      const again = algorithm.load(model.save());
      expect(again.predict(unseen.matrix)).toEqual(model.predict(unseen.matrix));
      expect({ objective: again.objective, features: again.features }).toEqual({
        objective,
        features: model.features,
      });
    },
  );

  test('refuses what it cannot use', async () => {
    const { model } = await algorithm.fit(set, {}, shortly());
    expect(() => model.predict({ ...unseen.matrix, features: ['a', 'b', 'c', 'd'] })).toThrow(WrongFeatures);
    expect(() => model.save('ubj')).toThrow(BadParameter);
    const saved = new TextDecoder().decode(model.save());
    for (const damaged of ['', '{}', saved.slice(0, -9), saved.replace('"intercepts":[', '"intercepts":[1,')])
      expect(() => algorithm.load(new TextEncoder().encode(damaged))).toThrow(UnreadableModel);
    const other = algorithm === ridge ? persistence : ridge;
    expect(() => other.load(model.save())).toThrow(UnreadableModel);
    await expect(algorithm.fit({ ...set, labels: new Float64Array(3) }, {}, shortly())).rejects.toThrow(
      BadDataset,
    );
    await expect(algorithm.fit(set, { nothing: 1 }, shortly())).rejects.toThrow(BadParameter);
  });
});
