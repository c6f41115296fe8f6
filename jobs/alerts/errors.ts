import { ModelError } from '../models/errors.ts';

/** The file of alerts cannot be used; lists every problem, not only the first. */
export class BadAlertsFile extends ModelError {
  readonly code = 'bad-alerts-file';
  readonly problems: readonly string[];

  constructor(file: string, problems: readonly string[], options?: { readonly cause?: unknown }) {
    super(
      problems.map((problem) => `${file}: ${problem}`).join('\n'),
      '\nPut it right, and look with `tickwave alerts check`; docs/alerts.md has every field.',
      options,
    );
    this.problems = problems;
  }
}

/** The query of a rule gave rows that are no measurements. */
export class BadMeasurement extends ModelError {
  readonly code = 'bad-measurement';
}

/** A destination that nothing may be sent to. */
export class TargetRefused extends ModelError {
  readonly code = 'target-refused';
}
