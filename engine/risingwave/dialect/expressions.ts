import type { A_Expr, FuncCall, TypeName } from '@pgsql/types';
import { functionName, pick, type Tree, textOf } from '../../sql/tree.ts';
import { type DialectProblem, type Report, rejected, unshown } from './problem.ts';
import { REJECTED_FUNCTIONS, SHOWN_FUNCTIONS, SHOWN_OPERATORS, SHOWN_TYPES } from './words.ts';

/** Nodes that were not seen to work wherever they stand: `[code, what, instead]`. */
const UNSHOWN_NODES: Readonly<Record<string, readonly [string, string, string]>> = {
  SubLink: ['subquery', 'a subquery in an expression', 'join it'],
  RowExpr: ['row', 'a row value', 'compare its parts'],
  A_ArrayExpr: ['array', 'array[…]', 'send it as a parameter, or as JSON'],
  A_Indirection: ['subscript', 'an array element or a field of a row', 'take it apart before'],
  SQLValueFunction: ['current', 'current_timestamp and its kin', 'write now()'],
  CollateClause: ['collate', 'collate', 'compare without it'],
  RangeFunction: ['from-function', 'a function in from', 'call it in the select list of a subquery'],
  GroupingSet: ['grouping-sets', 'grouping sets', 'union the groupings'],
  LockingClause: ['for-update', 'for update', 'take a lease, or write rows that overwrite'],
  UpdateStmt: ['update', 'update', 'insert the whole row anew: it overwrites'],
  DeleteStmt: ['delete', 'delete', 'write a row that says so'],
  MergeStmt: ['merge', 'merge', 'insert rows that overwrite'],
};

/** Problems of one node of a parse tree. */
export function checkNode(key: string, node: Tree, report: Report): void {
  const at = typeof node.location === 'number' ? node.location : 0;
  const known = UNSHOWN_NODES[key];
  if (known) report(unshown(known[0], `${known[1]} was not seen to work`, known[2], at));
  if (key === 'FuncCall') checkCall(node as FuncCall, report);
  if (key === 'A_Expr') checkOperator(node as A_Expr, report);
  if (key === 'TypeCast') checkType((node as { typeName?: TypeName }).typeName, at, report);
  if (key === 'CaseExpr' && node.arg !== undefined)
    report(unshown('case-of', 'case x when … was not seen to work', 'write case when x = … then', at));
}

function checkCall(call: FuncCall, report: Report): void {
  const name = functionName(call.funcname);
  const at = call.location ?? 0;
  const instead = REJECTED_FUNCTIONS.get(name);
  const problem: DialectProblem | null =
    instead !== undefined
      ? rejected('function', `${name} is not there`, instead, at)
      : name === 'unnest' && (call.args ?? []).length > 1
        ? rejected(
            'unnest',
            'unnest takes one argument',
            'send rows as JSON: jsonb_array_elements($1::jsonb)',
            at,
          )
        : /advisory/.test(name)
          ? rejected(
              'advisory',
              'there are no advisory locks',
              'take a lease: a row with an owner and an end',
              at,
            )
          : !SHOWN_FUNCTIONS.has(name)
            ? unshown('function', `${name} was not seen to work`, 'write it with functions that were', at)
            : null;
  if (problem) report(problem);
  if (
    call.agg_order &&
    !call.agg_within_group &&
    !/^(first_value|last_value|array_agg|string_agg)$/.test(name)
  )
    report(
      unshown('ordered-aggregate', `${name}(… order by …) was not seen to work`, 'leave the order out', at),
    );
}

function checkOperator(expression: A_Expr, report: Report): void {
  const at = expression.location ?? 0;
  const operator = textOf(expression.name?.[0]);
  switch (expression.kind) {
    case 'AEXPR_OP':
      if (!SHOWN_OPERATORS.has(operator))
        report(
          unshown(
            'operator',
            `operator ${operator} was not seen to work`,
            'write it with those that were',
            at,
          ),
        );
      return;
    case 'AEXPR_OP_ANY':
    case 'AEXPR_NULLIF':
      return;
    case 'AEXPR_IN':
      report(unshown('in', 'in (…) was not seen to work', 'write a = … or a = …', at));
      return;
    case 'AEXPR_BETWEEN':
      report(unshown('between', 'between was not seen to work', 'write a >= … and a <= …', at));
      return;
    default:
      report(unshown('comparison', `${expression.kind} was not seen to work`, 'write it out', at));
  }
}

function checkType(type: TypeName | undefined, at: number, report: Report): void {
  const name = textOf(type?.names?.at(-1));
  if (pick(type?.arrayBounds?.[0], 'Integer') !== undefined) return;
  if (name !== 'interval' && !SHOWN_TYPES.has(name))
    report(
      unshown('type', `a cast to ${name} was not seen to work`, 'take varchar, numeric, timestamptz, …', at),
    );
}
