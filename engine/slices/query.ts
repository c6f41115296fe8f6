import type { Node, SelectStmt } from '@pgsql/types';
import { type ColumnsOf, outputColumns } from '../sql/columns.ts';
import { pick, walk } from '../sql/tree.ts';
import { afterWindows } from './afterWindows.ts';
import { addFilters, addLookups, applyEqualities } from './equalities.ts';
import { conjuncts, equality } from './expression.ts';
import { readFrom } from './from.ts';
import { distinctKeys, groupingOf } from './grouping.ts';
import { expressionKey, outputs, outputTrace } from './outputs.ts';
import type { Context } from './source.ts';
import type { Leaf, Shape, Traces } from './trace.ts';

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
