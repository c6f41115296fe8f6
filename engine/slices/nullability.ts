import type { Node, SelectStmt } from '@pgsql/types';
import type { Catalog } from '../catalog/catalog.ts';
import { itemAlias, targetColumns } from '../sql/columns.ts';
import { aliasColumns } from '../sql/expand.ts';
import { columnPath, functionName, pick, relationName, selectOf, textOf } from '../sql/tree.ts';
import { conjuncts, isConstant } from './expression.ts';
import { takeApart } from './time.ts';

/** Operators that are never true of null. */
const STRICT = /^(=|<|>|<=|>=|<>)$/;

/**
 * Whether a column of an expanded query can be told never to be null: keys of landing tables, what a condition asks to be there,
 * and functions of these that keep it so. False means that nobody knows.
 */
export function isNeverNull(select: SelectStmt, column: string, catalog: Catalog): boolean {
  return positionNeverNull(select, outputIndex(select, column, catalog), catalog);
}

function outputIndex(select: SelectStmt, column: string, catalog: Catalog): number {
  if (select.larg) return outputIndex(select.larg, column, catalog);
  return (select.targetList ?? []).findIndex(
    (item) => targetColumns(pick(item, 'ResTarget'), [])[0] === column,
  );
}

function positionNeverNull(select: SelectStmt, index: number, catalog: Catalog): boolean {
  if (select.larg && select.rarg)
    return positionNeverNull(select.larg, index, catalog) && positionNeverNull(select.rarg, index, catalog);
  // Stars shift positions.
  const items = select.targetList ?? [];
  const stars = items.some((item) => columnPath(pick(item, 'ResTarget')?.val)?.at(-1) === '*');
  const node = pick(items[index], 'ResTarget')?.val;
  if (stars || !node || select.groupClause?.some((item) => pick(item, 'GroupingSet'))) return false;
  return expressionNeverNull(node, select, catalog);
}

function expressionNeverNull(node: Node, select: SelectStmt, catalog: Catalog): boolean {
  const coalesce = pick(node, 'CoalesceExpr');
  if (coalesce)
    return (coalesce.args ?? []).some((argument) => expressionNeverNull(argument, select, catalog));
  const constant = pick(node, 'A_Const');
  if (constant) return !constant.isnull;
  const call = pick(node, 'FuncCall');
  const argument = call?.args?.[0];
  if (
    call &&
    argument &&
    /^(min|max)$/.test(functionName(call.funcname)) &&
    !call.over &&
    !call.agg_filter &&
    (select.groupClause ?? []).length > 0
  ) {
    return expressionNeverNull(argument, select, catalog);
  }
  const path = columnPath(takeApart(node).inner);
  if (!path)
    return (
      isConstant(node) &&
      pick(node, 'TypeCast')?.arg !== undefined &&
      expressionNeverNull(pick(node, 'TypeCast')?.arg ?? node, select, catalog)
    );
  return (
    isAskedFor(path, select.whereClause) ||
    (select.fromClause ?? []).some((item) => sourceNeverNull(item, path, catalog))
  );
}

/** A condition that only rows with this column pass. */
function isAskedFor(path: readonly string[], condition: Node | undefined): boolean {
  const isColumn = (node: Node | undefined): boolean => {
    const own = node ? columnPath(takeApart(node).inner) : null;
    return (
      own !== null &&
      own.at(-1) === path.at(-1) &&
      (own.length < 2 || path.length < 2 || own.at(-2) === path.at(-2))
    );
  };
  return conjuncts(condition).some((part) => {
    const test = pick(part, 'NullTest');
    if (test) return test.nulltesttype === 'IS_NOT_NULL' && isColumn(test.arg);
    const comparison = pick(part, 'A_Expr');
    if (comparison?.kind === 'AEXPR_OP' && STRICT.test(textOf(comparison.name?.[0])))
      return isColumn(comparison.lexpr) || isColumn(comparison.rexpr);
    return (
      (comparison?.kind === 'AEXPR_IN' || comparison?.kind === 'AEXPR_BETWEEN') && isColumn(comparison.lexpr)
    );
  });
}

function sourceNeverNull(item: Node, path: readonly string[], catalog: Catalog): boolean {
  const join = pick(item, 'JoinExpr');
  if (join?.larg && join.rarg) {
    const left = join.jointype === 'JOIN_INNER' || join.jointype === 'JOIN_LEFT';
    const right = join.jointype === 'JOIN_INNER' || join.jointype === 'JOIN_RIGHT';
    if (join.jointype === 'JOIN_INNER' && isAskedFor(path, join.quals) && path.length > 1) return true;
    return (
      (left && sourceNeverNull(join.larg, path, catalog)) ||
      (right && sourceNeverNull(join.rarg, path, catalog))
    );
  }
  const name = path.at(-1) ?? '';
  if (path.length > 1 && path.at(-2) !== itemAlias(item)) return false;
  const relation = pick(item, 'RangeVar');
  if (relation)
    return (
      aliasColumns(relation.alias).length === 0 && relationNeverNull(relationName(relation), name, catalog)
    );
  const subselect = pick(item, 'RangeSubselect');
  const query = selectOf(subselect?.subquery);
  return (
    query !== undefined && aliasColumns(subselect?.alias).length === 0 && isNeverNull(query, name, catalog)
  );
}

/** What was found out of each catalog: views are asked about again and again, by all that reads them. */
const known = new WeakMap<Catalog, Map<string, boolean>>();

function relationNeverNull(relation: string, column: string, catalog: Catalog): boolean {
  const object = catalog.find(relation);
  if (!object) return false;
  if (object.kind === 'table') return object.key.includes(column);
  const answers = known.get(catalog) ?? new Map<string, boolean>();
  known.set(catalog, answers);
  const key = `${relation}.${column}`;
  const answer = answers.get(key) ?? isNeverNull(catalog.expanded(object), column, catalog);
  answers.set(key, answer);
  return answer;
}
