import type { Node } from '@pgsql/types';
import type { ColumnsOf } from '../sql/columns.ts';
import { pick, type selectOf } from '../sql/tree.ts';
import { columnsIn, substitute } from './expression.ts';
import { takeApart } from './time.ts';
import { type Leaf, NO_TRACE, type Shape, type Trace } from './trace.ts';

/** A column in sight: `alias.name`. */
export type ColumnId = string;

/** What FROM offers to the rest of a select, with what is known of each column. */
export interface Source {
  readonly columns: readonly { readonly id: ColumnId; readonly name: string; readonly alias: string }[];
  readonly leaves: readonly Leaf[];
  readonly traces: Map<ColumnId, Map<Leaf, Trace>>;
  /** Columns that may be null for want of a partner in an outer join: no key can be read off them. */
  readonly nullable: ReadonlySet<ColumnId>;
  /** Columns that are equal wherever both are there. */
  readonly equal: readonly (readonly [ColumnId, ColumnId])[];
}

/** What a walk through a query needs to know. */
export interface Context {
  readonly columnsOf: ColumnsOf;
  readonly query: (select: NonNullable<ReturnType<typeof selectOf>>) => Shape;
  readonly newLeaf: (leaf: Omit<Leaf, 'id' | 'filters'>) => Leaf;
  readonly newAlias: () => string;
}

/** The column that a path names, or null. */
export function resolveColumn(source: Source, path: readonly string[]): ColumnId | null {
  const name = path[path.length - 1];
  const alias = path.length > 1 ? path[path.length - 2] : null;
  const found = source.columns.find(
    (column) => column.name === name && (alias === null || column.alias === alias),
  );
  return found?.id ?? null;
}

/** What a path's column is to a leaf. */
export function traceOf(source: Source, path: readonly string[], leaf: Leaf): Trace {
  const id = resolveColumn(source, path);
  return (id === null ? undefined : source.traces.get(id)?.get(leaf)) ?? NO_TRACE;
}

/** What an expression is to a leaf: a value of its row, a range around its time, both or neither. */
export function traceExpression(source: Source, node: Node, leaf: Leaf): Trace {
  const value = substitute(node, (path) => traceOf(source, path, leaf).value);
  const { inner, steps } = takeApart(node);
  const [column, ...others] = columnsIn(inner);
  const isColumn = pick(inner, 'ColumnRef') !== undefined;
  const base = column && others.length === 0 && isColumn ? traceOf(source, column, leaf).chain : null;
  return { value, chain: base && { column: base.column, steps: [...base.steps, ...steps] } };
}
