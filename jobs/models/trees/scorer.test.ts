import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { XGBOOST } from '../library/library.ts';
import { locateLibrary } from '../library/locate.ts';
import { type Address, copyFloats } from '../library/native.ts';
import { placesOf } from '../library/places.ts';
import { completeParameters } from '../parameters.ts';
import { describeWithAlgorithm, machineAlgorithms } from '../testing/libraries.ts';
import { directions, planted } from '../testing/samples.ts';
import { Booster } from '../xgboost/booster.ts';
import { type Out, XgboostLibrary } from '../xgboost/library.ts';
import { XGBOOST_PARAMETERS, xgboostSettings } from '../xgboost/parameters.ts';
import { Rows } from '../xgboost/rows.ts';
import { TreeScorer } from './scorer.ts';

const algorithms = await machineAlgorithms();
afterAll(() => algorithms.close());

const OBJECTIVES = [
  { kind: 'squared-error' },
  { kind: 'binary-logistic' },
  { kind: 'quantile', quantiles: [0.05, 0.5, 0.95] },
] as const;

/** The thresholds of a model: values equal to them are where `<` and `<=` part. */
function thresholds(json: Uint8Array): number[] {
  const text = new TextDecoder().decode(json);
  return [...text.matchAll(/"split_conditions":\[([^\]]*)\]/g)].flatMap(([, list = '']) =>
    list.split(',').map(Number),
  );
}

const EXTREMES = [
  Number.NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1e-45,
  -1e-45,
  1.1754942e-38,
  3.4028235e38,
  -3.4028235e38,
];

const modelArbitrary = fc.record({
  objective: fc.constantFrom(...OBJECTIVES),
  columns: fc.integer({ min: 1, max: 12 }),
  rows: fc.integer({ min: 20, max: 300 }),
  rounds: fc.integer({ min: 1, max: 30 }),
  depth: fc.integer({ min: 1, max: 8 }),
  learningRate: fc.constantFrom(0.01, 0.3, 1),
  missing: fc.constantFrom(0, 0.2, 0.9),
  scale: fc.constantFrom(1, 1e-6, 1e6),
  seed: fc.integer({ min: 1, max: 2 ** 30 }),
});

describeWithAlgorithm(algorithms, 'xgboost', () => {
  test('the scorer equals the library bit for bit, extremes and ties included', async () => {
    const { path } = await locateLibrary(XGBOOST, placesOf(process.env));
    const library = await XgboostLibrary.open(path);
    const ask = library.native.handle.func(
      'int XGBoosterPredictFromDense(void *booster, const char *values, const char *config, void *rows, _Out_ void **shape, _Out_ uint64_t *dimensions, _Out_ void **predictions)',
    ) as (...given: unknown[]) => number;
    /** The library's prediction without a DMatrix: the way that takes infinities. */
    const predict = (booster: Booster, values: Float32Array, rows: number, length: number): Float32Array => {
      // A small array moves with the garbage collector until somebody asks for its buffer.
      expect(values.buffer.byteLength).toBe(values.byteLength);
      const array = `{"data":[${library.native.koffi.address(values)},true],"shape":[${rows},${values.length / rows}],"typestr":"<f4","version":3}`;
      const config =
        '{"type":0,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":true,"cache_id":0,"missing":NaN}';
      const out: Out<Address> = [null];
      expect(ask(booster.handle, array, config, null, [null], [0], out)).toBe(0);
      return copyFloats(library.native, out[0], length);
    };

    fc.assert(
      fc.property(modelArbitrary, ({ objective, columns, rows, rounds, missing, scale, seed, ...tuned }) => {
        const plain = planted({ seed, rows, columns, missing });
        plain.matrix.values.forEach((value, index) => {
          plain.matrix.values[index] = value * scale;
        });
        const set = objective.kind === 'binary-logistic' ? directions(plain) : plain;
        const parameters = completeParameters(XGBOOST_PARAMETERS, { leafWeight: 0.1, ...tuned });
        const training = Rows.ofDataset(library, set);
        const booster = Booster.create(library, xgboostSettings(parameters, objective, seed), [training]);
        for (let round = 0; round < rounds; round++) booster.grow(round, training);
        booster.nameFeatures(set.matrix.features);
        const json = booster.save('json');
        const edges = [...thresholds(json), ...EXTREMES];
        const asked = plain.matrix.values.map((value, index) =>
          index % 3 === 0 ? (edges[(index * 7) % edges.length] ?? 0) : value,
        );
        for (const bytes of [json, booster.save('ubj')]) {
          const scorer = TreeScorer.read(bytes);
          expect(scorer.exact).toBe(true);
          const scored = new Float64Array(rows * scorer.outputs);
          scorer.score(asked, rows, scored);
          const expected = Float64Array.from(predict(booster, asked, rows, scored.length));
          expect(Buffer.from(scored.buffer).equals(Buffer.from(expected.buffer))).toBe(true);
        }
        booster.free();
        training.free();
      }),
      // A failure tells the seed; SEED replays it.
      {
        numRuns: Number(process.env.SCORER_RUNS ?? 40),
        ...(process.env.SEED ? { seed: Number(process.env.SEED) } : {}),
      },
    );
  });
});

describe('TreeScorer', () => {
  const tree = (over: Record<string, unknown>): Record<string, unknown> => ({
    id: 0,
    left_children: [1, -1, -1],
    right_children: [2, -1, -1],
    parents: [2147483647, 0, 0],
    split_indices: [0, 0, 0],
    split_conditions: [0.5, -1, 2],
    default_left: [1, 0, 0],
    loss_changes: [4, 0, 0],
    base_weights: [0, 0, 0],
    sum_hessian: [2, 1, 1],
    tree_param: { num_nodes: '3', num_feature: '1', num_deleted: '0', size_leaf_vector: '1' },
    ...over,
  });
  const model = (over: Record<string, unknown> = {}, learner: Record<string, unknown> = {}): Uint8Array => {
    const booster = {
      gbtree_model_param: { num_trees: '1', num_parallel_tree: '1' },
      iteration_indptr: [0, 1],
      tree_info: [0],
      trees: [tree(over)],
    };
    const whole = {
      version: [3, 2, 0],
      learner: {
        feature_names: ['a'],
        learner_model_param: { base_score: '[2.5E-1]', num_feature: '1' },
        objective: { name: 'reg:squarederror' },
        gradient_booster: { name: 'gbtree', model: booster },
        ...learner,
      },
    };
    return new TextEncoder().encode(JSON.stringify(whole));
  };

  test('walks left below the threshold, right from it on, and where it is told when nothing is known', () => {
    const into = new Float64Array(4);
    TreeScorer.read(model()).score(new Float32Array([0.25, 0.5, Number.NaN, Infinity]), 4, into);
    expect([...into]).toEqual([-0.75, 2.25, -0.75, 2.25]);
    expect([...TreeScorer.read(model()).gains()]).toEqual([4]);
  });

  test.each([
    ['a child beyond the end', { left_children: [3, -1, -1] }],
    ['a loop', { left_children: [0, -1, -1] }],
    ['two parents', { right_children: [1, -1, -1] }],
    ['half a split', { right_children: [-1, -1, -1] }],
    ['another parent', { parents: [2147483647, 2, 0] }],
    ['a short column', { split_conditions: [0.5, -1] }],
    ['an unknown feature', { split_indices: [1, 0, 0] }],
    ['categories', { split_type: [1, 0, 0] }],
    [
      'leaves of two values',
      { tree_param: { num_nodes: '3', num_feature: '1', num_deleted: '0', size_leaf_vector: '2' } },
    ],
    ['another number', { id: 1 }],
  ])('refuses a tree with %s', (_, over) => {
    expect(() => TreeScorer.read(model(over))).toThrow(/cannot be scored/);
  });

  test.each([
    ['another objective', { objective: { name: 'rank:ndcg' } }],
    ['a name too many', { feature_names: ['a', 'b'] }],
    ['linear boosting', { gradient_booster: { name: 'gblinear' } }],
  ])('refuses a model with %s', (_, learner) => {
    expect(() => TreeScorer.read(model({}, learner))).toThrow(/cannot be/);
  });

  test('says when the start of a probability may be a bit off', () => {
    const start = (score: string): boolean =>
      TreeScorer.read(
        model(
          {},
          {
            objective: { name: 'binary:logistic' },
            learner_model_param: { base_score: score, num_feature: '1' },
          },
        ),
      ).exact;
    expect(start('[5E-1]')).toBe(true);
    expect(start('4E-1')).toBe(false);
  });
});
