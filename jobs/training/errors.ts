import { ModelError } from '../models/errors.ts';

/** There is nothing to train on in what was asked for. */
export class NoTrainingRows extends ModelError {
  readonly code = 'no-training-rows';
}

/** A feature that `training_set` does not have, or nothing that describes `training_set`. */
export class UnknownFeature extends ModelError {
  readonly code = 'unknown-feature';
}

/** Another version of the views took their names while rows were read: some of them would mean one thing and some another. */
export class FeaturesMoved extends ModelError {
  readonly code = 'features-moved';
}

/** Rows that cannot be cut into the folds asked for. */
export class BadFolds extends ModelError {
  readonly code = 'bad-folds';
}

/** The state of a search that is damaged, or of another search. */
export class BadTuningState extends ModelError {
  readonly code = 'bad-tuning-state';
}
