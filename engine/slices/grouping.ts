import type { Node, SelectStmt } from '@pgsql/types';
import { columnPath, pick, walk } from '../sql/tree.ts';
import { aggregates, contains } from './expression.ts';
import { constantNumber } from './frames.ts';
import { expressionKey } from './outputs.ts';
import type { Source } from './source.ts';

/** GROUP BY with positions and output names resolved; 'none', or 'one row' when everything becomes one or can't be told apart. */
export function groupingOf(
  select: SelectStmt,
  columns: readonly string[],
): readonly Node[] | 'none' | 'one row' {
  const targets = (select.targetList ?? []).map((item) => pick(item, 'ResTarget')?.val);
  const items = select.groupClause ?? [];
  if (items.length === 0) {
    const collapses = select.havingClause !== undefined || targets.some((node) => node && aggregates(node));
    return collapses ? 'one row' : 'none';
  }
  if (contains(items, ['GroupingSet'])) return 'one row';
  return items.map((node) => {
    const position = constantNumber(node);
    if (position !== null) return targets[position - 1] ?? node;
    const path = columnPath(node);
    const named = path?.length === 1 ? targets[columns.indexOf(path[0] ?? '')] : undefined;
    // An input column wins over an output name, as in PostgreSQL; the output then is that column or computed from it.
    return named && !pick(named, 'ColumnRef') && pick(node, 'ColumnRef') && !namesInput(select, path)
      ? named
      : node;
  });
}

function namesInput(select: SelectStmt, path: readonly string[] | null): boolean {
  let found = false;
  walk(select.targetList, (key, node) => {
    if (key === 'ColumnRef' && columnPath({ ColumnRef: node })?.at(-1) === path?.[0]) found = true;
    return !found;
  });
  return found;
}

export function distinctKeys(select: SelectStmt, source: Source): Set<string> | null {
  const items = (select.distinctClause ?? []).filter((item) => Object.keys(item).length > 0);
  return items.length > 0 ? new Set(items.map((node) => expressionKey(node, source))) : null;
}
