/** One thing that is wrong with a file of `sql/`, with where it is and what to do. */
export interface SqlProblem {
  /** Path below the sql folder, e.g. `candles/candles_1m.sql`. */
  readonly file: string;
  /** First line is 1. */
  readonly line: number;
  /** Stable code for scripts: `unknown-relation`, `cycle`, ... */
  readonly code: string;
  readonly message: string;
  /** What to change. */
  readonly suggestion: string;
}

/** Renders a problem as compilers do: place, code, reason, suggestion. */
export function formatProblem(problem: SqlProblem): string {
  return `sql/${problem.file}:${problem.line}: ${problem.message} [${problem.code}]\n  ${problem.suggestion}`;
}

/** The sql folder can't be used; every problem found is listed, not only the first. */
export class CatalogError extends Error {
  override readonly name = 'CatalogError';
  readonly problems: readonly SqlProblem[];

  constructor(problems: readonly SqlProblem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}
