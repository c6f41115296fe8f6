/** Something in a statement that RisingWave rejects, or that nobody has seen it take. */
export interface DialectProblem {
  /** Stable code for scripts: `on-conflict`, `window-partition`, … */
  readonly code: string;
  /** `rejected`: seen to fail or to do harm. `unshown`: not seen to work. */
  readonly grade: 'rejected' | 'unshown';
  readonly message: string;
  /** What to write instead. */
  readonly suggestion: string;
  /** Byte in the statement where it stands, as far as it is known. */
  readonly at: number;
}

/** Takes problems as they are found. */
export type Report = (problem: DialectProblem) => void;

/** A problem that was seen on RisingWave. */
export function rejected(code: string, message: string, suggestion: string, at = 0): DialectProblem {
  return { code, grade: 'rejected', message, suggestion, at };
}

/** A problem of which nothing is known but that it was not tried. */
export function unshown(code: string, message: string, suggestion: string, at = 0): DialectProblem {
  return { code, grade: 'unshown', message, suggestion, at };
}
