import type { Node, SelectStmt } from '@pgsql/types';
import { columnPath, pick, rewriteSelect, selectOf, textOf } from '../sql/tree.ts';

/**
 * An expanded query without the columns of its subqueries that nothing outside them reads. Two queries that differ only in
 * such columns give the same rows. Where it is not certain that a column is not read, it stays.
 *
 * @param keep how many columns of its own list are wanted
 */
export function prune(select: SelectStmt, keep = Number.POSITIVE_INFINITY): SelectStmt {
  const own = keepTargets(select, (_, index) => index < keep);
  return pruneInside(own);
}

function pruneInside(select: SelectStmt): SelectStmt {
  const { larg, rarg, ...rest } = select;
  const read = namesRead(select);
  const pruned = rewriteSelect(rest, (node) => {
    const item = pick(node, 'RangeSubselect');
    const query = selectOf(item?.subquery);
    if (item && query) {
      const subquery =
        read === null || item.alias?.colnames || !mayLose(query)
          ? query
          : keepTargets(query, (name) => name === null || read.has(name));
      return { RangeSubselect: { ...item, subquery: { SelectStmt: pruneInside(subquery) } } };
    }
    const nested = selectOf(node);
    return nested ? { SelectStmt: pruneInside(nested) } : null;
  });
  return {
    ...pruned,
    ...(larg ? { larg: pruneInside(larg) } : {}),
    ...(rarg ? { rarg: pruneInside(rarg) } : {}),
  };
}

/** Whether a column of the list can go without another row coming out: not under distinct, nor in a branch of a union. */
function mayLose(select: SelectStmt): boolean {
  return !select.larg && !select.distinctClause && !select.valuesLists;
}

function keepTargets(
  select: SelectStmt,
  wanted: (name: string | null, index: number) => boolean,
): SelectStmt {
  if (!select.targetList) return select;
  const targetList = select.targetList.filter((item, index) => {
    const target = pick(item, 'ResTarget');
    const path = columnPath(target?.val);
    return wanted(target?.name ?? (path?.at(-1) === '*' ? null : (path?.at(-1) ?? null)), index);
  });
  return { ...select, targetList };
}

/** Every column name that a query mentions outside the lists of its FROM subqueries; null when it says `*`. */
function namesRead(select: SelectStmt): ReadonlySet<string> | null {
  const names = new Set<string>();
  let star = false;
  const note = (node: Node): void => {
    const path = columnPath(node);
    if (path?.at(-1) === '*') star = true;
    for (const name of path ?? []) names.add(name);
    for (const column of pick(node, 'JoinExpr')?.usingClause ?? []) names.add(textOf(column));
    if (pick(node, 'JoinExpr')?.isNatural) star = true;
  };
  // A subquery in FROM may be lateral and read its neighbours, so its own mentions count as well.
  rewriteSelect(select, (node) => {
    note(node);
    return null;
  });
  // count(*) and the like are no columns; only a target or a row reference counts as one.
  return star ? null : names;
}
