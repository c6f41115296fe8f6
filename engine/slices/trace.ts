import type { Node, RangeVar, SelectStmt } from '@pgsql/types';

/** One occurrence of a stored relation in an expanded query. */
export interface Leaf {
  readonly id: number;
  readonly relation: string;
  /** The very node in the tree, so that a rewrite finds it again. */
  readonly node: RangeVar;
  /** Conditions on this relation's columns alone that hold for every row that matters (columns unqualified). */
  readonly filters: Node[];
}

/** A relation to join to a changed row to learn the key of the output it touches. */
export interface Lookup {
  readonly alias: string;
  /** The leaf whose relation is asked. */
  readonly giver: number;
  readonly relation: string;
  /** Its columns, and what they equal in terms of the changed row. */
  readonly on: readonly { readonly column: string; readonly equals: Node }[];
}

/** An expression over the columns of a leaf's row (unqualified), or over those of its lookups (qualified by alias). */
export interface Value {
  readonly expression: Node;
  readonly lookups: readonly Lookup[];
}

/** How far the windows of one block reach around a row. Rows are counted, ranges are in time; Infinity and null-able intervals are unbounded. */
export interface Reach {
  readonly rowsBack: number;
  readonly rowsAhead: number;
  /** Interval expressions, or 'unbounded'. */
  readonly rangeBack: readonly Node[] | 'unbounded';
  readonly rangeAhead: readonly Node[] | 'unbounded';
  /** Width of the time bucket that PARTITION BY confines the window to, with its floor. */
  readonly bucket: Floor | null;
  /** Its place among the PARTITION BY expressions. */
  readonly bucketIndex: number | null;
  /** What the rows are counted in: FROM and WHERE of the block, giving the order column as `counted`. */
  readonly stage: SelectStmt;
  /** PARTITION BY expressions, as values of each leaf. */
  readonly partition: ReadonlyMap<Leaf, readonly (Value | null)[]>;
}

/** Rounding of time down to a multiple: `date_trunc` or `date_bin`. */
export interface Floor {
  /** Interval between two multiples. */
  readonly width: Node;
  /** The call with the given argument. */
  readonly of: (time: Node) => Node;
}

/** One step of the way from a leaf's time to the output's time. */
export type Step =
  | { readonly kind: 'shift'; readonly by: Node; readonly negative: boolean }
  | { readonly kind: 'floor'; readonly floor: Floor }
  | { readonly kind: 'unfloor'; readonly floor: Floor }
  | { readonly kind: 'window'; readonly reach: Reach };

/** The output's time as a range around a time column of a leaf. */
export interface Chain {
  readonly column: string;
  readonly steps: readonly Step[];
}

/** What is known of an output column, for the rows that a row of one leaf takes part in. */
export interface Trace {
  readonly value: Value | null;
  readonly chain: Chain | null;
}

export type Traces = ReadonlyMap<Leaf, Trace>;

/** What a query's columns are traced to. */
export interface Shape {
  readonly columns: readonly string[];
  /** Traces of each output column, by name. */
  readonly traces: ReadonlyMap<string, Traces>;
  readonly leaves: readonly Leaf[];
}

export const NO_TRACE: Trace = { value: null, chain: null };
