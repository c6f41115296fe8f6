import { ModelError } from '../models/errors.ts';

/** A name that no model can have. */
export class BadModelName extends ModelError {
  readonly code = 'bad-model-name';
}

/** No such model or version is registered. */
export class UnknownModel extends ModelError {
  readonly code = 'unknown-model';
}

/** A bundle that cannot be registered: a part is missing, or parts contradict each other. */
export class BadBundle extends ModelError {
  readonly code = 'bad-bundle';
}

/** The stored files of a model are missing, or not what was stored. */
export class DamagedArtifact extends ModelError {
  readonly code = 'damaged-artifact';
}

/** What was asked for contradicts what is in service, as a rollback without a champion before. */
export class NotPossible extends ModelError {
  readonly code = 'registry-not-possible';
}

/** What asking for a version gets whose files were pruned. */
export function prunedError({
  name,
  version,
}: {
  readonly name: string;
  readonly version: number;
}): NotPossible {
  return new NotPossible(
    `The files of ${name} ${version} were pruned;`,
    'choose a version that still has them, or train again.',
  );
}

/** MLflow could not be reached, or said no in its own words. */
export class MlflowFailed extends ModelError {
  readonly code = 'mlflow-failed';
  /** Status of the answer, null without one. */
  readonly status: number | null;
  /** MLflow's own code, as RESOURCE_ALREADY_EXISTS; null without one. */
  readonly reason: string | null;

  constructor(
    message: string,
    remedy: string,
    options: { readonly status: number | null; readonly reason: string | null; readonly cause?: unknown },
  ) {
    super(message, remedy, { cause: options.cause });
    this.status = options.status;
    this.reason = options.reason;
  }
}
