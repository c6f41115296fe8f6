/** A condition that rows of any view with these columns have to meet. */
export interface Invariant {
  readonly name: string;
  readonly columns: readonly string[];
  /** SQL over the columns; null counts as met. */
  readonly holds: string;
}

/** How one question to a version was answered. */
export interface Audit {
  readonly view: string;
  readonly audit: string;
  readonly passed: boolean;
  readonly detail: string;
}

/** Part of the rows that a new version may lose before somebody has to say that it is meant so. */
export const MOST_LOST = 0.2;
