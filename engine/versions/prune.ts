import type { Node, SelectStmt } from '@pgsql/types';
import { aggregates, makesRows } from '../slices/expression.ts';
import { impliedName, itemAlias } from '../sql/columns.ts';
import { columnPath, pick, rewriteSelect, selectOf } from '../sql/tree.ts';
import { mentionsIn } from './mentions.ts';

/**
 * An expanded query without the columns of its own list that are not wanted, and without those of its subqueries that nothing then
 * reads. Two queries that differ only in such columns give the same rows and the same wanted values. Where it is not certain that a
 * column can go, it stays.
 *
 * @param wanted asked of each column of the query's own list, by its name and place
 */
export function prune(
  select: SelectStmt,
  wanted: (name: string, index: number) => boolean = () => true,
): SelectStmt {
  return pruneInside(keepTargets(select, wanted));
}

function pruneInside(select: SelectStmt): SelectStmt {
  const { larg, rarg, ...rest } = select;
  const read = mentionsIn(select);
  const pruned = rewriteSelect(rest, (node) => {
    const item = pick(node, 'RangeSubselect');
    const query = selectOf(item?.subquery);
    if (item && query) {
      const whole = read.star || read.whole.has(itemAlias(node)) || item.alias?.colnames !== undefined;
      const subquery = whole ? query : keepTargets(query, (name) => read.columns.has(name));
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

function keepTargets(select: SelectStmt, wanted: (name: string, index: number) => boolean): SelectStmt {
  const { targetList } = select;
  if (!targetList || !mayLose(select)) return select;
  // GROUP BY and ORDER BY may name an output.
  const named = mentionsIn({ groupClause: [...(select.groupClause ?? []), ...(select.sortClause ?? [])] });
  const kept = targetList.filter((item, index) => {
    const target = pick(item, 'ResTarget');
    const name = target?.name ?? impliedName(target?.val);
    return wanted(name, index) || named.columns.has(name) || traitsOf(item).staysAnyway;
  });
  // Without GROUP BY it is an aggregate in the list that makes one row of all.
  const aggregate = (item: Node): boolean => traitsOf(item).aggregates;
  const collapses = !select.groupClause && targetList.some(aggregate);
  return collapses && !kept.some(aggregate) ? select : { ...select, targetList: kept };
}

interface Traits {
  readonly aggregates: boolean;
  /** It is `*`, or makes several rows of one. */
  readonly staysAnyway: boolean;
}

/** A tree is pruned for one of its columns after the other, and looking into all the others costs more than the rest. */
const TRAITS = new WeakMap<Node, Traits>();

function traitsOf(item: Node): Traits {
  const known = TRAITS.get(item);
  if (known) return known;
  const star = columnPath(pick(item, 'ResTarget')?.val)?.at(-1) === '*';
  const traits = { aggregates: aggregates(item), staysAnyway: star || makesRows(item) };
  TRAITS.set(item, traits);
  return traits;
}

/** Whether a column of the list can go without another row coming out: not under distinct, in a union, or where places in it are counted. */
function mayLose(select: SelectStmt): boolean {
  const counted = [...(select.groupClause ?? []), ...(select.sortClause ?? [])].some((item: Node) =>
    pick(pick(item, 'SortBy')?.node ?? item, 'A_Const'),
  );
  return !counted && !select.larg && !select.distinctClause && !select.valuesLists;
}
