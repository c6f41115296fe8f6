import type { JoinExpr, Node, SelectStmt, WindowDef } from '@pgsql/types';
import { conjuncts, equality } from '../../slices/expression.ts';
import { functionName, pick, type Tree, walk } from '../../sql/tree.ts';
import { type Report, rejected, unshown } from './problem.ts';

/** Bits of a window's frame options, as PostgreSQL's parser gives them. */
const FRAME = {
  stated: 0x1,
  groups: 0x8,
  unboundedStart: 0x20,
  unboundedEnd: 0x40,
  exclusion: 0x38000,
} as const;

/** Functions that look at rows of the partition and at no frame. */
const FRAMELESS = /^(lag|lead|row_number)$/;

/** What must hold of every select within a view: RisingWave keeps its rows up to date row by row. */
export function checkViewNode(key: string, node: Tree, report: Report): void {
  if (key === 'JoinExpr') checkJoin(node as JoinExpr, report);
  if (key === 'SelectStmt') checkSelect(node as SelectStmt, report);
  if (key === 'FuncCall') {
    const call = pick({ FuncCall: node } as Node, 'FuncCall');
    if (call?.over) checkWindow(call.over, functionName(call.funcname), report);
  }
}

function checkSelect(select: SelectStmt, report: Report): void {
  for (const item of select.targetList ?? []) {
    const target = pick(item, 'ResTarget');
    const value = target?.val;
    const plain = pick(value, 'ColumnRef') ?? pick(value, 'FuncCall');
    if (target && !target.name && !plain && !isCoalesce(value))
      report(
        rejected('column-name', 'an expression column of a view needs a name', 'add as …', target.location),
      );
  }
  if ((select.fromClause ?? []).length > 1)
    report(
      rejected(
        'comma-join',
        'relations with commas between them are joined without equality',
        'write join … on',
      ),
    );
  for (const entry of select.windowClause ?? []) {
    const definition = pick(entry, 'WindowDef');
    if (definition && !definition.refname && !definition.partitionClause) report(unpartitioned(definition));
  }
  const ordered = (select.sortClause ?? []).length > 0 || select.limitCount !== undefined;
  if (ordered && select.distinctClause === undefined)
    report(
      unshown(
        'order',
        'order by or limit in a view was not seen to work',
        'take distinct on, or order when reading',
      ),
    );
  if (select.op === 'SETOP_UNION' && !select.all)
    report(unshown('union', 'union was not seen to work', 'write union all'));
  if (select.op === 'SETOP_INTERSECT' || select.op === 'SETOP_EXCEPT')
    report(unshown('set-operation', 'intersect and except were not seen to work', 'write a join'));
}

/** coalesce and its kin are named after themselves, as calls are. */
function isCoalesce(value: Node | undefined): boolean {
  return (pick(value, 'CoalesceExpr') ?? pick(value, 'MinMaxExpr')) !== undefined;
}

function checkJoin(join: JoinExpr, report: Report): void {
  const lateral = pick(join.rarg, 'RangeSubselect')?.lateral;
  if (lateral || join.usingClause) return;
  const parts = conjuncts(join.quals);
  const odd = parts.filter((part) => equality(part) === null);
  if (parts.length === 0 || odd.length > 0)
    report(
      rejected(
        'join-equality',
        'a join within a view is by equality, and by nothing else',
        'put the other conditions into where, of an inner join',
        locationOf(odd[0] ?? join.rarg),
      ),
    );
}

function checkWindow(window: WindowDef, name: string, report: Report): void {
  if (window.name) return;
  if (!window.partitionClause && !window.refname) report(unpartitioned(window));
  if (FRAMELESS.test(name)) return;
  const options = window.frameOptions ?? 0;
  const bounded =
    (options & FRAME.stated) !== 0 &&
    (options & (FRAME.unboundedStart | FRAME.unboundedEnd | FRAME.groups)) === 0;
  if (!bounded || (options & FRAME.exclusion) !== 0)
    report(
      unshown(
        'frame',
        `${name} over a frame without bounds was not seen to work`,
        'write rows between n preceding and current row',
        window.location,
      ),
    );
}

function unpartitioned(window: WindowDef) {
  return rejected(
    'window-partition',
    'a window within a view needs partition by',
    'partition it by what its rows are of, as the market',
    window.location,
  );
}

function locationOf(node: Node | undefined): number {
  let found = 0;
  walk(node, (_, child) => {
    if (found === 0 && typeof child.location === 'number') found = child.location;
    return true;
  });
  return found;
}
