import { ModelError } from '../models/errors.ts';

/** There are rows to train on, and fewer than make a model worth having. */
export class NotEnoughRows extends ModelError {
  readonly code = 'not-enough-rows';
}

/** The training itself said no, in another process, in these words. */
export class TrainingRefused extends Error {
  override readonly name = 'TrainingRefused';
  /** As of the error there. */
  readonly code: string;
  readonly remedy: string;

  constructor(message: string, { code, remedy }: { readonly code: string; readonly remedy: string }) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}
