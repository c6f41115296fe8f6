import type { Algorithms } from '../models/algorithms.ts';
import { LibraryMissing } from '../models/errors.ts';
import type { Model } from '../models/model.ts';
import { type Objective, outputsOf } from '../models/objective.ts';
import { type Bundle, type BundleDescription, PARTS, type Part } from './bundle.ts';
import { DamagedArtifact } from './errors.ts';

/** A bundle whose models can be asked. */
export interface LoadedBundle {
  readonly description: BundleDescription;
  readonly models: Readonly<Record<Part, Model>>;
}

const KINDS: Readonly<Record<Part, Objective['kind']>> = {
  return: 'squared-error',
  interval: 'quantile',
  direction: 'binary-logistic',
};

/** @throws LibraryMissing when its algorithm is not there, UnreadableModel, DamagedArtifact when it is not what it says */
export function loadBundle(
  { description, models }: Bundle,
  algorithms: Pick<Algorithms, 'available' | 'unavailable'>,
): LoadedBundle {
  const algorithm = algorithms.available.get(description.algorithm);
  if (algorithm === undefined) {
    const missing = algorithms.unavailable.find(({ name }) => name === description.algorithm);
    throw new LibraryMissing(
      `The model is of ${description.algorithm}, which cannot be used here;`,
      missing?.remedy ?? 'see `tickwave doctor`.',
    );
  }
  const loaded = {
    return: algorithm.load(models.return),
    interval: algorithm.load(models.interval),
    direction: algorithm.load(models.direction),
  };
  for (const part of PARTS) check(part, loaded[part], description);
  return { description, models: loaded };
}

function check(part: Part, { objective, features }: Model, description: BundleDescription): void {
  if (objective.kind !== KINDS[part] || outputsOf(objective) !== (part === 'interval' ? 2 : 1))
    throw contradiction(`its ${part} model is trained for ${objective.kind}`);
  if (features.join() !== description.features.join())
    throw contradiction(`its ${part} model has other features than it says`);
}

function contradiction(what: string): DamagedArtifact {
  return new DamagedArtifact(`The bundle contradicts itself: ${what};`, 'train and register it again.');
}
