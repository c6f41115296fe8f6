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
const MOST_LOST = 0.2;

/** What was counted in one version of a view. */
export interface Counts {
  readonly rows: number;
  /** Rows with a null in their key. */
  readonly nulls: number;
  /** Rows that do not meet an invariant, in the order of the invariants. */
  readonly broken: readonly number[];
}

/** The answers about a view. @param before the published version's counts; null when there was no such view, or its key was another */
export function judge(
  { name: view, key }: { readonly name: string; readonly key: readonly string[] },
  { repeated, ...found }: Counts & { /** Keys that more than one row has. */ readonly repeated: number },
  before: Counts | null,
  invariants: readonly Invariant[],
): Audit[] {
  const audits: Audit[] = [];
  const say = (audit: string, passed: boolean, detail: string): void =>
    void audits.push({ view, audit, passed, detail });
  say('unique', repeated === 0, `${repeated} keys (${key.join(', ')}) have more than one row`);
  say('not null', found.nulls <= (before?.nulls ?? 0), `${found.nulls} rows have a null in their key`);
  if (before !== null)
    say(
      'rows',
      found.rows >= before.rows * (1 - MOST_LOST),
      `${found.rows} rows, where there were ${before.rows}`,
    );
  for (const [index, { name, holds }] of invariants.entries())
    say(name, found.broken[index] === 0, `${found.broken[index]} rows do not have ${holds}`);
  return audits;
}

/** Those that a view has all columns for. */
export function askable(
  invariants: readonly Invariant[],
  columns: readonly { readonly name: string }[],
): Invariant[] {
  const names = columns.map(({ name }) => name);
  return invariants.filter((one) => one.columns.every((column) => names.includes(column)));
}
