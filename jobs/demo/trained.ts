import type { PoolClient } from 'pg';
import type { AlgorithmName } from '../models/model.ts';
import type { RegisteredModel } from '../registry/registeredModel.ts';
import type { ComparedModel, FeatureWeight } from '../report/report.ts';
import { trainingFeatures } from '../training/dataset/columns.ts';
import { type ReadDataset, readDataset } from '../training/dataset/read.ts';
import { STANDARD_MOST_ROWS } from '../training/dataset/request.ts';
import { datasetOf } from '../training/dataset/trainingRows.ts';
import { chooseAlgorithm, type TrainSettings } from '../training/settings.ts';
import { type TrainedModel, trainModel } from '../training/train.ts';
import type { DemoOptions, Study } from './options.ts';

/** News and calendar: there is no news on the tape, and a few days teach no weekday and no hour. */
const LEFT_OUT = /^(news_|hour_|week_|day_)/;
/** Rows by which the mean contribution of a feature is told: the newest. */
const CONTRIBUTION_ROWS = 1000;

/** A model in service as challenger, with what is known of it and of its rivals. */
export interface Trained {
  readonly registered: RegisteredModel;
  readonly dataset: ReadDataset;
  readonly model: TrainedModel;
  readonly seconds: number;
  readonly compared: readonly ComparedModel[];
  readonly features: readonly FeatureWeight[];
  readonly leftOut: readonly string[];
}

/**
 * Reads what was over at the cut, trains every algorithm there is on it, and puts the one that the settings ask for in service as
 * challenger.
 *
 * @throws NoTrainingRows, BadFolds where there is too little to learn from; TrainingCancelled
 */
export async function trainStudy(
  options: DemoOptions,
  study: Study,
  cutMs: number,
  onModel: (name: AlgorithmName) => void,
): Promise<Trained> {
  const { registry, algorithms, clock } = options;
  const { dataset, leftOut } = await readStudy(options, study, cutMs);
  const settings = settingsOf(options.settings, study);
  const chosen = chooseAlgorithm(settings.algorithm, algorithms).name;
  const compared: ComparedModel[] = [];
  let best: { readonly model: TrainedModel; readonly seconds: number } | null = null;
  for (const algorithm of algorithms.available.keys()) {
    onModel(algorithm);
    const began = clock.now();
    const { signal } = options;
    const model = await trainModel({
      dataset,
      algorithms,
      clock,
      signal,
      settings: { ...settings, algorithm },
    });
    const seconds = (clock.now() - began) / 1000;
    const { pooled, againstPersistence } = model.evaluation;
    compared.push({ algorithm, metrics: pooled, againstPersistence, seconds });
    if (algorithm === chosen) best = { model, seconds };
  }
  if (best === null) throw new Error(`${chosen} was not trained`);
  const { name, version } = await registry.register(study.name, best.model.bundle);
  const reasons = [
    'Trained on what was over at the cut; it predicts the replay in the shadow of no champion.',
  ];
  await registry.decide({ name, version, action: 'challenge', alias: 'challenger', reasons });
  const registered = await registry.show(name, version);
  return { registered, dataset, ...best, compared, features: weightsOf(best.model, dataset), leftOut };
}

function settingsOf(settings: TrainSettings, { horizonMinutes }: Study): TrainSettings {
  return { ...settings, folds: { ...settings.folds, embargoMs: horizonMinutes * 60_000 } };
}

async function readStudy(
  { pool }: DemoOptions,
  { markets, horizonMinutes }: Study,
  cutMs: number,
): Promise<{ readonly dataset: ReadDataset; readonly leftOut: readonly string[] }> {
  const client: PoolClient = await pool.connect();
  try {
    const all = await trainingFeatures(client);
    const dataset = await readDataset(client, {
      ...{ markets, horizonMinutes, since: null, until: null },
      features: all.filter((name) => !LEFT_OUT.test(name)),
      asOf: cutMs,
      mostRows: STANDARD_MOST_ROWS,
    });
    return { dataset, leftOut: all.filter((name) => LEFT_OUT.test(name)) };
  } finally {
    client.release();
  }
}

/** What the features had to say, the most important first. */
function weightsOf({ models }: TrainedModel, { rows }: ReadDataset): readonly FeatureWeight[] {
  const to = rows.times.length;
  const range = { from: Math.max(0, to - CONTRIBUTION_ROWS), to };
  const { values } = models.return.contributions(datasetOf(rows, range, 'return', null).matrix);
  const width = rows.features.length + 1;
  const count = range.to - range.from;
  const importance = models.return.importance();
  return rows.features
    .map((feature, column) => {
      let sum = 0;
      for (let row = 0; row < count; row++) sum += Math.abs(values[row * width + column] ?? 0);
      return { feature, importance: importance.get(feature) ?? 0, contribution: sum / count };
    })
    .sort((a, b) => b.importance - a.importance || b.contribution - a.contribution);
}
