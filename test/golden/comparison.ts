import type { IndicatorRow } from './indicatorDatabase.ts';
import type { Reference, References } from './references.ts';
import type { Series } from './series.ts';

/** An indicator of `sql/indicators` and what it is compared with. */
export interface Indicator {
  readonly column: string;
  readonly formula: string;
  /** Rows from a market's first row on after which the indicator agrees with every reference. */
  readonly warmUp: number;
  readonly references: readonly Reference[];
}

/** An indicator whose value is a matter of its last rows only agrees from its first value on. */
export const FINITE = 0;

/** Families of indicators, one a file. */
export type Family = (references: References) => readonly Indicator[];

/** Largest relative difference that counts as agreement. */
export const TOLERANCE = 1e-8;

/**
 * Relative differences row by row, null where either side has no value. Relative to the value or to the column's mean
 * magnitude, whichever is larger: MACD, momentum and the like cross zero, where no difference is small in relation to the value.
 */
export function differences(rows: readonly IndicatorRow[], column: string, reference: Series): Series {
  const known = reference.filter((value) => value !== null);
  const scale = known.reduce((total, value) => total + Math.abs(value), 0) / known.length;
  return reference.map((expected, row) => {
    const actual = rows[row]?.[column] ?? null;
    if (expected === null || actual === null) return null;
    const size = Math.max(Math.abs(expected), scale);
    const distance = Math.abs(Number(actual) - expected);
    return distance === 0 ? 0 : distance / size;
  });
}

/** The values of a stretch that are there. */
export function between(values: Series, from: number, to = values.length): number[] {
  return values.slice(from, to).filter((value) => value !== null);
}

/** Row after the last that differs by more than the tolerance. */
export function settledAt(values: Series): number {
  return values.findLastIndex((value) => value !== null && !(value <= TOLERANCE)) + 1;
}
