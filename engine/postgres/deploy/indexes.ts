import type { Node } from '@pgsql/types';
import { bareColumn, equality, isConstant } from '../../slices/expression.ts';
import type { LeafRule } from '../../slices/rule.ts';
import { columnPath } from '../../sql/tree.ts';
import { identifier } from '../compile/restrict.ts';
import type { Layout } from './plan.ts';

interface Wanted {
  readonly relation: string;
  readonly columns: readonly string[];
}

/** Indexes by which slices find their input rows: partition columns, then time; and the columns by which keys are looked up. */
export function indexStatements(layout: Layout): string[] {
  const wanted = [...layout.rules.values()].flatMap((rule) => rule.leaves.flatMap((leaf) => wantedBy(leaf)));
  const own = layout.views.map(
    (view): Wanted => ({ relation: view.name, columns: sliceColumns(layout, view.name) }),
  );
  const kept = new Map<string, Wanted>();
  for (const item of [...own, ...wanted]) {
    if (item.columns.length === 0 || isPrefix(item.columns, keyOrder(layout, item.relation))) continue;
    kept.set(`${item.relation} ${item.columns.join(' ')}`, item);
  }
  return [...kept.values()]
    .filter(
      (item) =>
        ![...kept.values()].some(
          (other) =>
            other !== item && other.relation === item.relation && isPrefix(item.columns, other.columns),
        ),
    )
    .map((item) => {
      const table = layout.tableOf(item.relation);
      const name = `${table.split('.')[1] ?? ''}_by_${item.columns.join('_')}`.slice(0, 63);
      return `create index if not exists ${identifier(name)} on ${table} (${item.columns.map(identifier).join(', ')})`;
    });
}

function wantedBy(leaf: LeafRule): Wanted[] {
  const keys = leaf.partition.flatMap((value) => bareColumn(value) ?? []);
  const time = leaf.chain ? [leaf.chain.column] : [];
  const lookups = leaf.partition.flatMap((value) =>
    value.lookups.map((lookup) => ({ relation: lookup.relation, columns: lookup.on.map((on) => on.column) })),
  );
  const fixed = leaf.leaf.filters
    .flatMap((filter) => fixedColumn(filter) ?? [])
    .filter((column) => !keys.includes(column));
  return [{ relation: leaf.leaf.relation, columns: [...new Set([...keys, ...fixed, ...time])] }, ...lookups];
}

/** The column of a filter such as `timeframe = '1m'`. */
function fixedColumn(filter: Node): string | null {
  const [a, b] = equality(filter) ?? [];
  const path = a && b && isConstant(b) ? columnPath(a) : a && b && isConstant(a) ? columnPath(b) : null;
  return path?.length === 1 ? (path[0] ?? null) : null;
}

function sliceColumns(layout: Layout, view: string): string[] {
  const rule = layout.rules.get(view);
  return rule ? [...rule.partition, ...(rule.time ? [rule.time] : [])] : [];
}

/** Columns of the unique index of a relation: for stored views the slice's columns first. */
export function keyOrder(layout: Layout, relation: string): string[] {
  const object = layout.catalog.get(relation);
  const first = sliceColumns(layout, relation).filter((column) => object.key.includes(column));
  return [...first, ...object.key.filter((column) => !first.includes(column))];
}

function isPrefix(columns: readonly string[], of: readonly string[]): boolean {
  return columns.every((column, index) => of[index] === column);
}
