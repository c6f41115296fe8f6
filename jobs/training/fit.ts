import type { Clock } from '../../engine/clock.ts';
import type { Dataset } from '../models/dataset.ts';
import type { Algorithm, FitOptions, Fitted, Model } from '../models/model.ts';
import type { Objective } from '../models/objective.ts';
import type { Parameters } from '../models/parameters.ts';
import { PARTS, type Part } from '../registry/bundle.ts';
import { datasetOf, type RowRange, type TrainingRows } from './dataset/trainingRows.ts';
import { quantilesOf } from './metrics/interval.ts';
import type { TrainSettings } from './settings.ts';
import { together } from './together.ts';

/** What a fit is done with. */
export interface Trainer {
  readonly algorithm: Algorithm;
  readonly parameters: Parameters;
  readonly settings: TrainSettings;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/** The three models of a bundle, and how many rounds of each were kept. */
export interface FittedParts {
  readonly models: Readonly<Record<Part, Model>>;
  readonly rounds: Readonly<Record<Part, number>>;
}

/**
 * Trains the models of return, interval and direction on the same rows.
 *
 * @param validation rows that say when to stop; null for exactly `rounds`
 * @param rounds at most, for each part
 */
export async function fitParts(
  trainer: Trainer,
  rows: TrainingRows,
  train: RowRange,
  validation: RowRange | null,
  rounds: Readonly<Record<Part, number>>,
): Promise<FittedParts> {
  const fitted = await together(PARTS, PARTS.length, trainer.signal, (part, signal) =>
    fitPart({ ...trainer, signal }, rows, train, validation, part, rounds[part]),
  );
  const byPart = <Value>(value: (fit: Fitted) => Value): Record<Part, Value> => {
    const [forward, interval, direction] = fitted as readonly [Fitted, Fitted, Fitted];
    return { return: value(forward), interval: value(interval), direction: value(direction) };
  };
  return { models: byPart(({ model }) => model), rounds: byPart(({ report }) => report.kept) };
}

/** Trains one of them. */
export function fitPart(
  trainer: Trainer,
  rows: TrainingRows,
  train: RowRange,
  validation: RowRange | null,
  part: Part,
  rounds: number,
): Promise<Fitted> {
  const { algorithm, parameters, settings } = trainer;
  const dataset = (range: RowRange): Dataset =>
    datasetOf(rows, range, part === 'direction' ? 'direction' : 'return', settings.halfLifeMs);
  const options: FitOptions = {
    objective: objectiveOf(part, settings.level),
    rounds,
    patience: validation === null ? null : settings.patience,
    seed: settings.seed,
    clock: trainer.clock,
    ...(validation === null ? {} : { validation: dataset(validation) }),
    ...(trainer.signal === undefined ? {} : { signal: trainer.signal }),
    ...(settings.fitTimeLimitMs === null ? {} : { timeLimitMs: settings.fitTimeLimitMs }),
    ...(settings.memoryLimitBytes === null ? {} : { memoryLimitBytes: settings.memoryLimitBytes }),
  };
  return algorithm.fit(dataset(train), parameters, options);
}

function objectiveOf(part: Part, level: number): Objective {
  switch (part) {
    case 'return':
      return { kind: 'squared-error' };
    case 'interval':
      return { kind: 'quantile', quantiles: quantilesOf(level) };
    case 'direction':
      return { kind: 'binary-logistic' };
  }
}
