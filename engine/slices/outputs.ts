import type { Node, SelectStmt } from '@pgsql/types';
import { targetColumns } from '../sql/columns.ts';
import { columnPath, pick, treeKey, walk } from '../sql/tree.ts';
import { resolveColumn, type Source, traceExpression } from './source.ts';
import { type Leaf, NO_TRACE, type Trace } from './trace.ts';

/** The select list, stars put in place. */
export function outputs(select: SelectStmt, source: Source): { name: string; node: Node }[] {
  return (select.targetList ?? []).flatMap((item) => {
    const target = pick(item, 'ResTarget');
    const path = columnPath(target?.val);
    if (path?.[path.length - 1] !== '*')
      return target?.val ? [{ name: targetColumns(target, [])[0] ?? '', node: target.val }] : [];
    return source.columns
      .filter((column) => path.length === 1 || column.alias === path[path.length - 2])
      .map((column) => ({ name: column.name, node: columnOf(column.alias, column.name) }));
  });
}

export function columnOf(alias: string, name: string): Node {
  return { ColumnRef: { fields: [{ String: { sval: alias } }, { String: { sval: name } }] } };
}

/** Equal for expressions that are the same, however their columns are written. */
export function expressionKey(node: Node, source: Source): string {
  const path = columnPath(node);
  return (path && resolveColumn(source, path)) ?? treeKey(node);
}

/** A key can't be read off a column that an outer join may leave null, but off `coalesce(a.k, b.k)` where a.k = b.k it can. */
export function outputTrace(source: Source, node: Node, leaf: Leaf): Trace {
  const coalesce = pick(node, 'CoalesceExpr');
  const ids = coalesce
    ? (coalesce.args ?? []).map((argument) => resolveColumn(source, columnPath(argument) ?? ['', '']))
    : [];
  if (coalesce && ids.every((id) => id !== null) && allEqual(ids, source)) {
    const traces = ids.map((id) => source.traces.get(id)?.get(leaf) ?? NO_TRACE);
    return {
      value: traces.find((trace) => trace.value)?.value ?? null,
      chain: traces.find((trace) => trace.chain)?.chain ?? null,
    };
  }
  if (readsNullable(node, source)) return NO_TRACE;
  return traceExpression(source, node, leaf);
}

function allEqual(ids: readonly string[], source: Source): boolean {
  const joined = new Set(ids.slice(0, 1));
  for (let grown = true; grown; ) {
    grown = false;
    for (const [a, b] of source.equal) {
      if (joined.has(a) !== joined.has(b)) {
        joined.add(a).add(b);
        grown = true;
      }
    }
  }
  return ids.every((id) => joined.has(id));
}

function readsNullable(node: Node, source: Source): boolean {
  let found = false;
  const check = (path: readonly string[] | null): void => {
    const id = path ? resolveColumn(source, path) : null;
    if (id !== null && source.nullable.has(id)) found = true;
  };
  check(columnPath(node));
  walk(node, (key, child) => {
    if (key === 'ColumnRef') check(columnPath({ ColumnRef: child }));
    return key !== 'SelectStmt';
  });
  return found;
}
