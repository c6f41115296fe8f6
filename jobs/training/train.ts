import type { Clock } from '../../engine/clock.ts';
import type { Algorithms } from '../models/algorithms.ts';
import type { Model } from '../models/model.ts';
import { completeParameters } from '../models/parameters.ts';
import { type Bundle, PARTS, type Part } from '../registry/bundle.ts';
import { describeBundle } from './bundle.ts';
import type { ReadDataset } from './dataset/read.ts';
import type { RowRange, TrainingRows } from './dataset/trainingRows.ts';
import { type Evaluated, evaluate, medianRounds, spanOf } from './evaluate.ts';
import { fitParts, type Trainer } from './fit.ts';
import { beforeTests, walkForward } from './folds.ts';
import { checkSettings, chooseAlgorithm, type TrainSettings } from './settings.ts';
import { tuneParameters } from './tune.ts';
import type { SearchState, Trial } from './tuning/state.ts';

/** How far training has come. */
export type TrainProgress =
  | { readonly stage: 'tuning'; readonly state: SearchState; readonly best: Trial }
  | { readonly stage: 'evaluating'; readonly folds: number; readonly of: number }
  | { readonly stage: 'fitting' };

/** A training. */
export interface TrainOptions {
  readonly dataset: ReadDataset;
  readonly algorithms: Algorithms;
  readonly settings: TrainSettings;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** State of a search that was interrupted, as `onProgress` told it. */
  readonly tuning?: SearchState;
  readonly onProgress?: (progress: TrainProgress) => void;
}

/** A model that is ready to be registered, with what is known of it. */
export interface TrainedModel extends Evaluated {
  readonly bundle: Bundle;
  readonly models: Readonly<Record<Part, Model>>;
}

/**
 * Tunes on the oldest rows, walks forward over the newest, then trains on all of them: what is registered has seen every row,
 * and its metrics are of models of its kind that had not seen theirs.
 *
 * @throws BadParameter, BadFolds, BadDataset, BadTuningState, TrainingCancelled, TrainingLimit, LibraryFailed
 * @example
 * const dataset = await readDataset(client, request);
 * const { bundle, evaluation } = await trainModel({ dataset, algorithms, settings: STANDARD_SETTINGS, clock });
 */
export async function trainModel(options: TrainOptions): Promise<TrainedModel> {
  const { dataset, settings, clock, signal, onProgress = () => {} } = options;
  const { rows } = dataset;
  checkSettings(settings);
  const algorithm = chooseAlgorithm(settings.algorithm, options.algorithms);
  const standard = completeParameters(algorithm.parameters, settings.parameters);
  const folds = walkForward(rows.times, rows.horizonMinutes * 60_000, settings.folds);
  const untuned: Trainer = {
    algorithm,
    parameters: standard,
    settings,
    clock,
    ...(signal === undefined ? {} : { signal }),
  };
  const search =
    settings.tuning === null
      ? null
      : await tuneParameters(untuned, rows, beforeTests(folds), settings.tuning, {
          ...(options.tuning === undefined ? {} : { state: options.tuning }),
          onProgress: (state, best) => onProgress({ stage: 'tuning', state, best }),
        });
  const trainer = search === null ? untuned : { ...untuned, parameters: search.parameters };
  const evaluated = await evaluate(trainer, rows, folds, (done) =>
    onProgress({ stage: 'evaluating', folds: done, of: folds.length }),
  );
  onProgress({ stage: 'fitting' });
  const rounds = medianRounds(evaluated.evaluation.folds);
  const learned = lastWindow(rows, settings.folds.slidingMs);
  const { models } = await fitParts(trainer, rows, learned, null, rounds);
  const { identity } = dataset;
  const trained = spanOf(rows, learned);
  const description = describeBundle(identity, trainer, rounds, evaluated.evaluation, trained);
  const saved = PARTS.map((part) => [part, models[part].save()] as const);
  const json = (value: unknown): Uint8Array =>
    new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`);
  const attachments = new Map([
    ['dataset.json', json(identity)],
    ['settings.json', json({ ...settings, algorithm: algorithm.name })],
    ['evaluation.json', json(evaluated.evaluation)],
    ...(search === null ? [] : [['tuning.json', json(search.state)] as const]),
  ]);
  const bundle = { description, models: Object.fromEntries(saved) as Record<Part, Uint8Array>, attachments };
  return { ...evaluated, bundle, models };
}

/** What the model in service learns from: the newest window when it slides, else all. */
function lastWindow({ times }: TrainingRows, slidingMs: number | null): RowRange {
  const newest = times[times.length - 1] ?? 0;
  const from = slidingMs === null ? 0 : times.findIndex((time) => time > newest - slidingMs);
  return { from, to: times.length };
}
