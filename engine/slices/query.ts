import type { Node, SelectStmt } from '@pgsql/types';
import { type ColumnsOf, outputColumns, targetColumns } from '../sql/columns.ts';
import { columnPath, pick, treeKey, walk } from '../sql/tree.ts';
import { aggregates, conjuncts, contains, equality } from './expression.ts';
import {
  addFilters,
  addLookups,
  applyEqualities,
  type Context,
  readFrom,
  resolveColumn,
  type Source,
  traceExpression,
} from './source.ts';
import { type Leaf, NO_TRACE, type Shape, type Trace, type Traces } from './trace.ts';
import { constantNumber, partitionValues, readWindows } from './windows.ts';

/**
 * Traces the output columns of an expanded query to the stored relations it reads: for the rows that a changed row takes
 * part in, which key and which range of time they have. What can't be followed has no trace, which is always right.
 */
export function traceQuery(select: SelectStmt, columnsOf: ColumnsOf): Shape {
  let leaves = 0;
  let aliases = 0;
  const context: Context = {
    columnsOf,
    query: (nested) => readQuery(nested, context),
    newLeaf: (leaf) => ({ ...leaf, id: leaves++, filters: [] }),
    newAlias: () => `lookup_${++aliases}`,
  };
  return readQuery(select, context);
}

function readQuery(select: SelectStmt, context: Context): Shape {
  const shape =
    select.larg && select.rarg ? readUnion(select.larg, select.rarg, context) : readBlock(select, context);
  // The rows that LIMIT keeps depend on all the others.
  return select.limitCount || select.limitOffset ? { ...shape, traces: new Map() } : shape;
}

function readUnion(left: SelectStmt, right: SelectStmt, context: Context): Shape {
  const [a, b] = [readQuery(left, context), readQuery(right, context)];
  const traces = a.columns.map((column, index): [string, Traces] => [
    column,
    new Map([...(a.traces.get(column) ?? []), ...(b.traces.get(b.columns[index] ?? '') ?? [])]),
  ]);
  return { columns: a.columns, leaves: [...a.leaves, ...b.leaves], traces: new Map(traces) };
}

function readBlock(select: SelectStmt, context: Context): Shape {
  const source = readFrom(select.fromClause ?? [], context);
  const hidden = hiddenLeaves(select, context);
  const conditions = conjuncts(select.whereClause);
  const equalities = conditions.map(equality).filter((pair) => pair !== null);
  applyEqualities(source, equalities);
  if ((select.fromClause ?? []).length > 1) addLookups(source, equalities, context);
  addFilters(source, conditions, source.leaves);
  const columns = outputColumns(select, context.columnsOf);
  const leaves = [...source.leaves, ...hidden];
  const grouping = groupingOf(select, columns);
  if (grouping === 'one row') return { columns, leaves, traces: new Map() };
  const seen = afterWindows(select, source, grouping !== 'none');
  const allowed = grouping === 'none' ? null : new Set(grouping.map((node) => expressionKey(node, source)));
  const distinct = distinctKeys(select, source);
  const traces = new Map<string, Traces>();
  for (const { name, node } of outputs(select, source)) {
    const key = expressionKey(node, source);
    const kept = (allowed?.has(key) ?? true) && (distinct?.has(key) ?? true);
    if (kept) traces.set(name, new Map(source.leaves.map((leaf) => [leaf, outputTrace(seen, node, leaf)])));
  }
  return { columns, leaves, traces };
}

/** Leaves of subqueries in expressions and of lateral items: nothing is known of how their rows matter. */
function hiddenLeaves(select: SelectStmt, context: Context): Leaf[] {
  const leaves: Leaf[] = [];
  const { fromClause, larg: _l, rarg: _r, ...rest } = select;
  const visit = (part: unknown): void =>
    walk(part, (key, node) => {
      if (key !== 'SubLink') return true;
      walk(node, (inner, relation) => {
        if (inner === 'RangeVar')
          leaves.push(context.newLeaf({ relation: relation.relname as string, node: relation }));
        return true;
      });
      return false;
    });
  visit(rest);
  for (const item of fromClause ?? []) for (const part of expressionsOfItem(item)) visit(part);
  return leaves;
}

/** Conditions of joins, however deep, and arguments of functions. Subselects are blocks of their own. */
function expressionsOfItem(item: Node): unknown[] {
  const join = pick(item, 'JoinExpr');
  if (!join?.larg || !join.rarg) return pick(item, 'RangeFunction') ? [item] : [];
  return [{ quals: join.quals }, ...expressionsOfItem(join.larg), ...expressionsOfItem(join.rarg)];
}

/** The select list, stars put in place. */
function outputs(select: SelectStmt, source: Source): { name: string; node: Node }[] {
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

function columnOf(alias: string, name: string): Node {
  return { ColumnRef: { fields: [{ String: { sval: alias } }, { String: { sval: name } }] } };
}

/** GROUP BY with positions and output names resolved; 'none', or 'one row' when everything becomes one or can't be told apart. */
function groupingOf(select: SelectStmt, columns: readonly string[]): readonly Node[] | 'none' | 'one row' {
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

/** What windows leave of the traces: partition columns as they are, the order column widened by the reach, nothing else. */
function afterWindows(select: SelectStmt, source: Source, grouped: boolean): Source {
  const windows = readWindows(select, source);
  if (!windows) return source;
  const kept = new Set(
    windows.partition
      .map((node) => columnPath(node))
      .flatMap((path) => (path ? (resolveColumn(source, path) ?? []) : [])),
  );
  const order = source.columns.find((column) => column.id === windows.order);
  const stage: SelectStmt = {
    targetList: [{ ResTarget: { name: 'counted', val: columnOf(order?.alias ?? '', order?.name ?? '') } }],
    fromClause: select.fromClause ?? [],
    ...(select.whereClause ? { whereClause: select.whereClause } : {}),
    limitOption: 'LIMIT_OPTION_DEFAULT',
    op: 'SETOP_NONE',
  };
  // Windows over groups count groups, which the stage below does not: their whole partition is read.
  const unbounded = grouped ? ({ rangeBack: 'unbounded', rangeAhead: 'unbounded' } as const) : {};
  const reach = { ...windows.reach, ...unbounded, stage, partition: partitionValues(windows, source) };
  const traces = new Map<string, Map<Leaf, Trace>>();
  for (const [id, byLeaf] of source.traces) {
    const after = [...byLeaf].map(([leaf, trace]): [Leaf, Trace] => [
      leaf,
      {
        value: kept.has(id) ? trace.value : null,
        chain:
          id === windows.order && trace.chain
            ? { ...trace.chain, steps: [...trace.chain.steps, { kind: 'window', reach }] }
            : null,
      },
    ]);
    traces.set(id, new Map(after));
  }
  return { ...source, traces };
}

function distinctKeys(select: SelectStmt, source: Source): Set<string> | null {
  const items = (select.distinctClause ?? []).filter((item) => Object.keys(item).length > 0);
  return items.length > 0 ? new Set(items.map((node) => expressionKey(node, source))) : null;
}

/** Equal for expressions that are the same, however their columns are written. */
function expressionKey(node: Node, source: Source): string {
  const path = columnPath(node);
  return (path && resolveColumn(source, path)) ?? treeKey(node);
}

/** A key can't be read off a column that an outer join may leave null, but off `coalesce(a.k, b.k)` where a.k = b.k it can. */
function outputTrace(source: Source, node: Node, leaf: Leaf): Trace {
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
