/** A row as PostgreSQL prints its values; null is null. */
export type TextRow = Readonly<Record<string, string | null>>;

/** What an expected row and the view's rows have to do with each other. */
export type RowDifference =
  | { readonly kind: 'missing'; readonly expected: TextRow }
  | { readonly kind: 'unexpected'; readonly found: TextRow }
  | {
      readonly kind: 'different';
      readonly expected: TextRow;
      readonly found: TextRow;
      readonly columns: readonly string[];
    };

export interface Comparison {
  /** Expected rows; each lists only the columns that it is about. */
  readonly expected: readonly TextRow[];
  readonly found: readonly TextRow[];
  /** Columns that identify a row. */
  readonly grain: readonly string[];
  /** Columns that hold numbers, which may differ in their last digits. */
  readonly numbers: ReadonlySet<string>;
}

/** Relative difference up to which numbers are equal. */
const TOLERANCE = 1e-9;

/** Differences between rows as expected and as found, whatever their order; none when every row has its counterpart. */
export function compareRows(comparison: Comparison): RowDifference[] {
  const { expected, found } = comparison;
  const partnerOf = matchRows(comparison);
  const taken = new Set(partnerOf.values());
  const left = found.filter((_, index) => !taken.has(index));
  const differences: RowDifference[] = [];
  for (const [index, row] of expected.entries()) {
    if (partnerOf.has(index)) continue;
    const near = nearest(row, left, comparison);
    if (near === null) {
      differences.push({ kind: 'missing', expected: row });
      continue;
    }
    left.splice(left.indexOf(near), 1);
    differences.push({
      kind: 'different',
      expected: row,
      found: near,
      columns: differing(row, near, comparison),
    });
  }
  return [...differences, ...left.map((row): RowDifference => ({ kind: 'unexpected', found: row }))];
}

/**
 * Pairs expected rows with equal found rows, as many as there can be: a row that lists few columns fits several, and must
 * not take the only one that fits another (augmenting paths, Kuhn 1955).
 */
function matchRows(comparison: Comparison): Map<number, number> {
  const { expected, found } = comparison;
  const fits = expected.map((row) =>
    found.flatMap((other, index) => (differing(row, other, comparison).length === 0 ? [index] : [])),
  );
  const holder = new Map<number, number>();
  const place = (row: number, tried: Set<number>): boolean => {
    for (const candidate of fits[row] ?? []) {
      if (tried.has(candidate)) continue;
      tried.add(candidate);
      const other = holder.get(candidate);
      if (other === undefined || place(other, tried)) {
        holder.set(candidate, row);
        return true;
      }
    }
    return false;
  };
  for (const row of expected.keys()) place(row, new Set());
  return new Map([...holder].map(([candidate, row]) => [row, candidate]));
}

/** The row that an expected row was probably meant to be: of the same grain, with the fewest cells that differ. */
function nearest(row: TextRow, rows: readonly TextRow[], comparison: Comparison): TextRow | null {
  const keys = comparison.grain.filter((column) => column in row);
  const same = rows.filter(
    (other) => !differing(row, other, comparison).some((column) => keys.includes(column)),
  );
  if (keys.length === 0) return null;
  const far = (other: TextRow): number => differing(row, other, comparison).length;
  return same.reduce<TextRow | null>(
    (best, other) => (best === null || far(other) < far(best) ? other : best),
    null,
  );
}

function differing(expected: TextRow, found: TextRow, { numbers }: Comparison): string[] {
  return Object.keys(expected).filter(
    (column) => !isEqual(expected[column] ?? null, found[column] ?? null, numbers.has(column)),
  );
}

function isEqual(a: string | null, b: string | null, isNumber: boolean): boolean {
  if (a === b) return true;
  if (a === null || b === null || !isNumber) return false;
  const [left, right] = [Number(a), Number(b)];
  return Math.abs(left - right) <= TOLERANCE * Math.max(Math.abs(left), Math.abs(right));
}
