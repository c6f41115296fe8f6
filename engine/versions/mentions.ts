import type { Node, SelectStmt } from '@pgsql/types';
import { columnPath, isNode, isTree, pick, textOf } from '../sql/tree.ts';

/** Columns that a query mentions. */
export interface Mentions {
  /** Names of columns, whatever they are of. */
  readonly columns: ReadonlySet<string>;
  /** Names that stand alone: they may be of a whole row. */
  readonly whole: ReadonlySet<string>;
  /** It says `*`, or joins by whatever names there are: all columns, then. */
  readonly star: boolean;
}

/**
 * What a query mentions outside of the subqueries in its FROM. Those can't see their neighbours, so what they mention is no column
 * of theirs; a lateral one can, and counts with all that is in it, as do subqueries of expressions.
 */
export function mentionsIn(select: SelectStmt): Mentions {
  const found = { columns: new Set<string>(), whole: new Set<string>(), star: false };
  const note = (node: Node): void => {
    const path = columnPath(node);
    if (path?.at(-1) === '*') found.star = true;
    else if (path) found.columns.add(path.at(-1) ?? '');
    if (path?.length === 1) found.whole.add(path[0] ?? '');
    const join = pick(node, 'JoinExpr');
    for (const column of join?.usingClause ?? []) found.columns.add(textOf(column));
    if (join?.isNatural) found.star = true;
  };
  const visit = (value: unknown, inside: boolean): void => {
    if (Array.isArray(value)) for (const item of value) visit(item, inside);
    if (!isTree(value)) return;
    let within = inside;
    if (isNode(value)) {
      note(value);
      const item = pick(value, 'RangeSubselect');
      if (item && !item.lateral && !inside) return;
      within ||= item !== undefined || pick(value, 'SubLink') !== undefined;
    }
    for (const child of Object.values(value)) visit(child, within);
  };
  visit(select, false);
  return found;
}
