import { afterAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../engine/clock.ts';
import { BadParameter, TrainingCancelled } from '../models/errors.ts';
import type { AlgorithmName } from '../models/model.ts';
import { machineAlgorithms } from '../models/testing/libraries.ts';
import { descriptionSchema, PARTS } from '../registry/bundle.ts';
import type { ReadDataset } from './dataset/read.ts';
import { datasetOf } from './dataset/trainingRows.ts';
import { randomStream } from './random.ts';
import { STANDARD_SETTINGS, type TrainSettings } from './settings.ts';
import { plantedRows } from './testing/plantedRows.ts';
import { type TrainedModel, type TrainProgress, trainModel } from './train.ts';
import { readSearchState, type SearchState } from './tuning/state.ts';

const algorithms = await machineAlgorithms();
afterAll(() => algorithms.close());

const RIDGE: TrainSettings = { ...STANDARD_SETTINGS, algorithm: 'ridge' };
const planted = plantedRows({ seed: 1, minutes: 1200, markets: 2, strength: 0.3 });

function train(dataset: ReadDataset, settings: TrainSettings): Promise<TrainedModel> {
  return trainModel({ dataset, algorithms, settings, clock: systemClock });
}

/** The same rows with the returns dealt out anew. */
function shuffled({ rows, identity }: ReadDataset, seed: number): ReadDataset {
  const random = randomStream(seed, 'shuffle');
  const returns = rows.returns.slice();
  for (let row = returns.length - 1; row > 0; row--) {
    const other = Math.floor(random() * (row + 1));
    [returns[row], returns[other]] = [returns[other] ?? 0, returns[row] ?? 0];
  }
  return { rows: { ...rows, returns }, identity };
}

describe.each<AlgorithmName>(
  (['ridge', 'xgboost'] as const).filter((name) => algorithms.available.has(name)),
)('%s', (algorithm) => {
  const settings: TrainSettings = { ...STANDARD_SETTINGS, algorithm, rounds: 40, patience: 10 };

  test('finds what is planted, and says how sure it is', async () => {
    const { evaluation, bundle, models } = await train(planted, settings);
    const { pooled, againstPersistence } = evaluation;
    expect(evaluation.folds).toHaveLength(5);
    expect(pooled.rows).toBe(1200);
    expect(pooled.skill).toBeGreaterThan(0.05);
    expect(againstPersistence.pValue).toBeLessThan(0.01);
    expect(againstPersistence.lower).toBeGreaterThan(0);
    expect(pooled.direction.lower).toBeGreaterThan(0.5);
    expect(pooled.brier).toBeLessThan(0.25);
    expect(Math.abs(pooled.interval.coverage - 0.8)).toBeLessThan(0.06);
    expect([...models.return.importance()].sort((a, b) => b[1] - a[1])[0]?.[0]).toBe('signal');
    expect(descriptionSchema.parse(JSON.parse(JSON.stringify(bundle.description)))).toEqual(
      bundle.description,
    );
  });

  test('finds nothing in labels that were shuffled', async () => {
    const { evaluation } = await train(shuffled(planted, 7), settings);
    expect(evaluation.pooled.skill).toBeLessThan(0.01);
    expect(evaluation.againstPersistence.pValue).toBeGreaterThan(0.05);
  });

  test('gives the same bundle for the same rows and settings, and its models load', async () => {
    const [first, again] = [await train(planted, settings), await train(planted, settings)];
    expect(again.bundle).toEqual(first.bundle);
    const { matrix } = datasetOf(planted.rows, { from: 0, to: 50 }, 'return', null);
    for (const part of PARTS) {
      const loaded = algorithms.available.get(algorithm)?.load(first.bundle.models[part]);
      expect(loaded?.predict(matrix)).toEqual(first.models[part].predict(matrix));
    }
  });
});

test('persistence has no skill and no doubt about it', async () => {
  const { evaluation } = await train(planted, { ...RIDGE, algorithm: 'persistence' });
  expect(evaluation.pooled).toMatchObject({ skill: 0, mae: evaluation.pooled.persistenceMae });
  expect(evaluation.pooled.trading.trades).toBe(0);
  expect(evaluation.againstPersistence).toMatchObject({ mean: 0, pValue: 1 });
});

test('auto is XGBoost where it is, else ridge', async () => {
  const { bundle } = await train(planted, { ...STANDARD_SETTINGS, rounds: 5 });
  expect(bundle.description.algorithm).toBe(algorithms.available.has('xgboost') ? 'xgboost' : 'ridge');
  const without = {
    ...algorithms,
    available: new Map([...algorithms.available].filter(([name]) => name !== 'xgboost')),
  };
  const { bundle: baseline } = await trainModel({
    dataset: planted,
    algorithms: without,
    settings: STANDARD_SETTINGS,
    clock: systemClock,
  });
  expect(baseline.description.algorithm).toBe('ridge');
  const named: TrainSettings = { ...STANDARD_SETTINGS, algorithm: 'xgboost' };
  await expect(
    trainModel({ dataset: planted, algorithms: without, settings: named, clock: systemClock }),
  ).rejects.toThrow(BadParameter);
});

test('a sliding window learns from the newest rows only', async () => {
  const folds = { ...RIDGE.folds, slidingMs: 500 * 60_000 };
  const { bundle, evaluation } = await train(planted, { ...RIDGE, folds, halfLifeMs: 300 * 60_000 });
  const { trainedFrom, trainedTo } = bundle.description;
  expect(Date.parse(trainedTo) - Date.parse(trainedFrom)).toBe(499 * 60_000);
  for (const { train: past } of evaluation.folds)
    expect(Date.parse(past.to) - Date.parse(past.from)).toBeLessThan(500 * 60_000);
});

test('tuning begins with the standard, is told of, and resumes to the same bundle', async () => {
  const settings: TrainSettings = { ...RIDGE, tuning: { trials: 9, seconds: null, parallel: 2 } };
  const states: SearchState[] = [];
  const stages = new Set<string>();
  const onProgress = (progress: TrainProgress): void => {
    stages.add(progress.stage);
    if (progress.stage === 'tuning') states.push(progress.state);
  };
  const options = { dataset: planted, algorithms, settings, clock: systemClock };
  const whole = await trainModel({ ...options, onProgress });
  expect([...stages]).toEqual(['tuning', 'evaluating', 'fitting']);
  expect(states).toHaveLength(1 + 9 + 3 + 1);
  const tuning = readSearchState(JSON.stringify(states[5]));
  const resumed = await trainModel({ ...options, tuning });
  expect(resumed.bundle.description).toEqual(whole.bundle.description);
});

test('is called off', async () => {
  const stop = new AbortController();
  const options = { dataset: planted, algorithms, settings: RIDGE, clock: systemClock, signal: stop.signal };
  const training = trainModel({ ...options, onProgress: () => stop.abort() });
  await expect(training).rejects.toThrow(TrainingCancelled);
});
