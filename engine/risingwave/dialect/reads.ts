import type { Node, SelectStmt } from '@pgsql/types';
import { conjuncts, equality } from '../../slices/expression.ts';
import { pick, type Tree } from '../../sql/tree.ts';
import { type Report, unshown } from './problem.ts';

/** What was not seen of selects, whether they are views or asked once. */
export function checkRead(key: string, node: Tree, report: Report): void {
  if (key === 'JoinExpr') checkCross(node, report);
  if (key === 'SelectStmt') checkLimit(node as SelectStmt, report);
  if (key === 'RangeSubselect' && node.lateral === true)
    checkLateral(pick((node as { subquery?: Node }).subquery, 'SelectStmt'), report);
}

function checkCross({ quals, usingClause, isNatural, rarg }: Tree, report: Report): void {
  const lateral = pick(rarg as Node | undefined, 'RangeSubselect')?.lateral === true;
  if (quals === undefined && usingClause === undefined && isNatural !== true && !lateral)
    report(
      unshown(
        'cross-join',
        'a cross join was not seen to work',
        'give both sides a column 1 as place, and join by it',
      ),
    );
}

function checkLimit({ limitCount }: SelectStmt, report: Report): void {
  const count = pick(limitCount, 'A_Const');
  if (count !== undefined && count.ival !== undefined && (count.ival.ival ?? 0) === 0)
    report(
      unshown('limit-zero', 'limit 0 was not seen to work', 'ask for a key that no row has', count.location),
    );
}

/** Of its own rows and of those outside alike: which is which the names do not tell. */
function checkLateral(select: SelectStmt | undefined, report: Report): void {
  const odd = conjuncts(select?.whereClause).filter((part) => equality(part) === null);
  if (odd.length > 0)
    report(
      unshown(
        'lateral-range',
        'a lateral by anything but equality was not seen to work',
        'join by equality, and put the range into where; or take distinct on',
      ),
    );
}
