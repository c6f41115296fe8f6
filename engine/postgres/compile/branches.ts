import type { Node, SelectStmt } from '@pgsql/types';
import { windowCalls } from '../../slices/expression.ts';
import { type ColumnsOf, outputColumns } from '../../sql/columns.ts';
import { pick, selectOf } from '../../sql/tree.ts';

/**
 * A projection of a UNION ALL as the projections of its branches. Each of them can be read by its own index in order and
 * stopped after a few rows; of the union PostgreSQL would sort the whole history.
 */
export function branches(select: SelectStmt, columnsOf: ColumnsOf): SelectStmt[] {
  const item = select.fromClause?.[0];
  const subselect = pick(item, 'RangeSubselect');
  const inner = selectOf(subselect?.subquery);
  if (!inner || select.fromClause?.length !== 1 || !isProjection(select)) return [select];
  const names = outputColumns(inner, columnsOf);
  const parts = unionParts(inner).flatMap((part) => branches(part, columnsOf));
  if (parts.length === 1) return [select];
  return parts.map((part) => ({
    ...select,
    fromClause: [named(part, subselect?.alias?.aliasname ?? 'branch', names)],
  }));
}

/** Columns of a branch take the names of the union's first. */
function named(query: SelectStmt, aliasname: string, names: readonly string[]): Node {
  const colnames = names.map((name): Node => ({ String: { sval: name } }));
  return { RangeSubselect: { subquery: { SelectStmt: query }, alias: { aliasname, colnames } } };
}

function unionParts(select: SelectStmt): SelectStmt[] {
  const isUnionAll = select.op === 'SETOP_UNION' && select.all && !select.limitCount && !select.sortClause;
  return isUnionAll && select.larg && select.rarg
    ? [...unionParts(select.larg), ...unionParts(select.rarg)]
    : [select];
}

function isProjection(select: SelectStmt): boolean {
  const values = (select.targetList ?? []).flatMap((target) => pick(target, 'ResTarget')?.val ?? []);
  const plain =
    !select.groupClause &&
    !select.distinctClause &&
    !select.havingClause &&
    !select.limitCount &&
    !select.limitOffset &&
    !select.sortClause;
  return plain && !select.larg && values.every((value) => windowCalls(value).length === 0);
}
