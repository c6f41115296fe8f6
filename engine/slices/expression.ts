import type { Node } from '@pgsql/types';
import { columnPath, functionName, isTree, pick, rewrite, selectOf, textOf, walk } from '../sql/tree.ts';
import type { Leaf, Value } from './trace.ts';

/** Columns named in an expression, subqueries left out. */
export function columnsIn(node: Node): (readonly string[])[] {
  const found: (readonly string[])[] = [];
  const own = columnPath(node);
  if (own) return [own];
  walk(node, (key, child) => {
    if (key === 'SelectStmt') return false;
    if (key !== 'ColumnRef') return true;
    found.push(columnPath({ ColumnRef: child }) ?? []);
    return false;
  });
  return found;
}

/** Whether a tree holds a node of one of these kinds (the node itself included). */
export function contains(node: unknown, kinds: readonly string[]): boolean {
  if (isTree(node) && Object.keys(node).some((key) => kinds.includes(key))) return true;
  let found = false;
  walk(node, (key) => {
    if (kinds.includes(key)) found = true;
    return !found;
  });
  return found;
}

/** No columns, no subqueries, no parameters: the same for every row. */
export function isConstant(node: Node): boolean {
  return (
    columnsIn(node).length === 0 &&
    !contains(node, ['SubLink', 'ParamRef', 'SQLValueFunction']) &&
    !hasVolatileCall(node)
  );
}

function hasVolatileCall(node: Node): boolean {
  return callsIn(node).some((call) => /^(random|clock_timestamp|nextval|now)$/.test(call));
}

/** Names of functions called in an expression, subqueries included. */
export function callsIn(node: Node): string[] {
  const names: string[] = [];
  const note = (key: string, child: unknown): void => {
    if (key === 'FuncCall') names.push(functionName((child as { funcname?: Node[] }).funcname));
  };
  for (const [key, child] of Object.entries(node)) note(key, child);
  walk(node, (key, child) => {
    note(key, child);
    return true;
  });
  return names;
}

/** Window calls in an expression, not those inside subqueries. */
export function windowCalls(node: Node): Node[] {
  const found: Node[] = [];
  rewrite(node, (part) => {
    if (selectOf(part) || pick(part, 'SubLink')) return part;
    if (pick(part, 'FuncCall')?.over) {
      found.push(part);
      return part;
    }
    return null;
  });
  return found;
}

const AGGREGATES = new Set(
  (
    'count sum avg min max bool_and bool_or every string_agg array_agg json_agg jsonb_agg json_object_agg jsonb_object_agg ' +
    'stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp bit_and bit_or bit_xor mode percentile_cont ' +
    'percentile_disc any_value range_agg xmlagg approx_percentile approx_count_distinct regr_slope regr_intercept regr_r2 regr_count ' +
    'ema frame_sum frame_stddev_pop last_known first_value last_value mean_deviation rows_since_max rows_since_min wma'
  ).split(' '),
);

/** Functions that make several rows of one: no condition can ask for their value. */
const SET_RETURNING =
  /^(unnest|generate_series|generate_subscripts|regexp_matches|regexp_split_to_table|string_to_table|jsonb?_(array_elements(_text)?|each(_text)?|object_keys|path_query|populate_recordset|to_recordset))$/;

/** Whether an expression calls a function that makes several rows of one. */
export function makesRows(node: Node): boolean {
  return callsIn(node).some((call) => SET_RETURNING.test(call));
}

/** Whether an expression aggregates rows: an aggregate called without OVER. `extra` names the aggregates of sql/functions. */
export function aggregates(node: Node): boolean {
  let found = false;
  rewrite(node, (part) => {
    if (selectOf(part)) return part;
    const call = pick(part, 'FuncCall');
    if (
      call &&
      !call.over &&
      (AGGREGATES.has(functionName(call.funcname)) || call.agg_filter || call.agg_star || call.agg_order)
    )
      found = true;
    return null;
  });
  return found;
}

/** The parts of a condition joined by AND. */
export function conjuncts(node: Node | undefined): Node[] {
  if (!node) return [];
  const bool = pick(node, 'BoolExpr');
  return bool?.boolop === 'AND_EXPR' ? (bool.args ?? []).flatMap((argument) => conjuncts(argument)) : [node];
}

/** The two sides of `a = b`, or null. */
export function equality(node: Node): readonly [Node, Node] | null {
  const comparison = pick(node, 'A_Expr');
  const isEqual = comparison?.kind === 'AEXPR_OP' && textOf(comparison.name?.[0]) === '=';
  return isEqual && comparison.lexpr && comparison.rexpr ? [comparison.lexpr, comparison.rexpr] : null;
}

/** Puts values in place of columns; null when one of them has none, or the expression is not a plain function of them. */
export function substitute(node: Node, toValue: (path: readonly string[]) => Value | null): Value | null {
  if (contains(node, ['SubLink', 'ParamRef', 'SQLValueFunction', 'SelectStmt']) || hasVolatileCall(node))
    return null;
  if (windowCalls(node).length > 0 || aggregates(node) || makesRows(node)) return null;
  const lookups = new Map<string, Value['lookups'][number]>();
  let missing = false;
  const expression = rewrite(node, (part) => {
    const path = columnPath(part);
    if (!path) return null;
    const value = toValue(path);
    if (!value) missing = true;
    for (const lookup of value?.lookups ?? []) lookups.set(lookup.alias, lookup);
    return value?.expression ?? part;
  });
  return missing ? null : { expression, lookups: [...lookups.values()] };
}

/** A column of a leaf's own row. */
export function leafColumn(name: string): Node {
  return { ColumnRef: { fields: [{ String: { sval: name } }] } };
}

/** The column's name when a value is just a column of the leaf. */
export function bareColumn(value: Value | null | undefined): string | null {
  const path = value && value.lookups.length === 0 ? columnPath(value.expression) : null;
  return path?.length === 1 ? (path[0] ?? null) : null;
}

/** For messages and maps: which leaf. */
export function describeLeaf(leaf: Leaf): string {
  return leaf.node.alias?.aliasname ? `${leaf.relation} as ${leaf.node.alias.aliasname}` : leaf.relation;
}
