import { join } from 'node:path';
import type { Pool } from 'pg';
import type { Clock } from '../../engine/clock.ts';
import type { Algorithms } from '../models/algorithms.ts';
import type { RegisteredModel } from '../registry/registeredModel.ts';
import type { Registry } from '../registry/registry.ts';
import type { JobControl } from '../schedule/runner.ts';
import { type ReadDataset, readDataset } from '../training/dataset/read.ts';
import type { Evaluation } from '../training/evaluate.ts';
import { type TrainedModel, trainModel } from '../training/train.ts';
import { needsBaseline, serveBaseline } from './baseline.ts';
import { describeProgress } from './progress.ts';
import type { RetrainRequest } from './request.ts';
import { selectRows } from './selection.ts';
import { TuningFile } from './tuningFile.ts';

/** What training stands on. */
export interface RetrainPlatform {
  /** Connections as the owner of the database; two are enough. */
  readonly pool: Pool;
  readonly registry: Registry;
  readonly algorithms: Algorithms;
  readonly clock: Clock;
  /** Folder of the data: an interrupted search is kept in its `tuning`. */
  readonly dataDir: string;
  /** Milliseconds of event time for which training data is good. */
  readonly expiryMs: number;
}

/** What came of a training. */
export interface Retrained {
  readonly model: RegisteredModel;
  readonly evaluation: Evaluation;
  /** The baseline that was put in as champion, where there was none; else null. */
  readonly baseline: RegisteredModel | null;
  readonly rows: number;
}

/**
 * Trains a model on the newest history, registers it and lets it predict in the champion's shadow. Without a champion that still
 * predicts, the baseline of no change becomes champion: the new model has to show that it is better.
 *
 * @throws NotEnoughRows, TrainingCancelled and what `readDataset`, `trainModel` and the registry throw
 */
export async function retrain(
  platform: RetrainPlatform,
  request: RetrainRequest,
  { signal, progress }: JobControl,
): Promise<Retrained> {
  const { registry, clock } = platform;
  progress(0, 'reading');
  const file = new TuningFile(join(platform.dataDir, 'tuning'), request.name);
  const question = questionOf(request);
  const unfinished = file.read(question, clock.now());
  const asOf = unfinished?.asOf ?? clock.now();
  const dataset = await readRows(platform.pool, request, asOf);
  const trials = request.settings.tuning?.trials ?? 0;
  const trained = await trainModel({
    ...{ dataset, algorithms: platform.algorithms, settings: request.settings, clock, signal },
    ...(unfinished === null ? {} : { tuning: unfinished.state }),
    onProgress: (told) => {
      if (told.stage === 'tuning') file.write(question, { asOf, state: told.state });
      const { share, message } = describeProgress(told, trials);
      progress(share, message);
    },
  });
  signal.throwIfAborted();
  progress(0.97, 'registering');
  const model = await registry.register(request.name, trained.bundle);
  file.remove();
  const baseline = (await needsBaseline(platform, request.name))
    ? await serveBaseline(platform, request, dataset)
    : null;
  await challenge(registry, model, trained, request);
  await registry.prune(request.name, request.keep);
  return { model, evaluation: trained.evaluation, baseline, rows: dataset.rows.times.length };
}

async function readRows(pool: Pool, request: RetrainRequest, asOf: number): Promise<ReadDataset> {
  const client = await pool.connect();
  try {
    return await readDataset(client, await selectRows(client, request, asOf));
  } finally {
    client.release();
  }
}

async function challenge(
  registry: Registry,
  { name, version }: RegisteredModel,
  { evaluation }: TrainedModel,
  { because }: RetrainRequest,
): Promise<void> {
  const { pooled, againstPersistence } = evaluation;
  const { pValue } = againstPersistence;
  const skill = `On ${pooled.rows} rows that it had not seen its skill against no change was ${pooled.skill?.toPrecision(3) ?? 'not defined'} (p = ${pValue.toPrecision(2)}).`;
  await registry.decide({
    ...{ name, version, action: 'challenge', alias: 'challenger', reasons: [because, skill] },
    evidence: { rows: pooled.rows, skill: pooled.skill, pValue },
  });
}

/** What makes two trainings one: all that is asked for but why, and how much is kept. */
function questionOf({ because: _because, keep: _keep, ...asked }: RetrainRequest): string {
  return JSON.stringify(asked);
}
