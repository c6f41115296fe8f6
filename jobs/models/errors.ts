/** What every error of the models carries: a stable code, a sentence on what is wrong, and one on what to do. */
export abstract class ModelError extends Error {
  /** Stable across versions; scripts rest on it. */
  abstract readonly code: string;
  /** What the reader can do about it. */
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: { readonly cause?: unknown }) {
    super(`${message} ${remedy}`, options);
    this.name = new.target.name;
    this.remedy = remedy;
  }
}

/** A native library was found nowhere. */
export class LibraryMissing extends ModelError {
  readonly code = 'model-library-missing';
}

/** A native library was found and is not used: another version, damaged, or one it needs is missing. */
export class LibraryRefused extends ModelError {
  readonly code = 'model-library-refused';
}

/** A native library could not be downloaded, or what came is not what was expected. */
export class LibraryNotFetched extends ModelError {
  readonly code = 'model-library-not-fetched';
}

/** A native library said no, in its own words. */
export class LibraryFailed extends ModelError {
  readonly code = 'model-library-failed';
}

/** Rows, labels or weights that no model can be trained on or asked about. */
export class BadDataset extends ModelError {
  readonly code = 'bad-dataset';
}

/** Rows whose features are not those that the model was trained on, in their order. */
export class WrongFeatures extends ModelError {
  readonly code = 'wrong-features';
}

/** A parameter or option that is unknown or outside its range. */
export class BadParameter extends ModelError {
  readonly code = 'bad-parameter';
}

/** A saved model that is damaged, or of a kind that is not supported. */
export class UnreadableModel extends ModelError {
  readonly code = 'unreadable-model';
}

/** Training was called off by its caller. */
export class TrainingCancelled extends ModelError {
  readonly code = 'training-cancelled';
}

/** Training would take, or took, more than it was allowed; the message names the limit. */
export class TrainingLimit extends ModelError {
  readonly code = 'training-limit';
}

/** The thread that trains ended without an answer. */
export class TrainingBroken extends ModelError {
  readonly code = 'training-broken';
}

/** The text of whatever was thrown, on one line, cut at 300 characters. */
export function said(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim();
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
