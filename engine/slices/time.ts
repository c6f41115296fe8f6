import type { Node } from '@pgsql/types';
import { parseExpression } from '../sql/parse.ts';
import { functionName, pick, textOf, treeKey } from '../sql/tree.ts';
import { isConstant } from './expression.ts';
import type { Floor, Step } from './trace.ts';

/** A time expression taken apart: the part that varies, and what is done to it, innermost first. */
export interface TimeExpression {
  readonly inner: Node;
  readonly steps: readonly Step[];
}

const UNIT_WIDTH: Readonly<Record<string, string>> = {
  second: '1 second',
  minute: '1 minute',
  hour: '1 hour',
  day: '1 day',
  week: '7 days',
  month: '1 month',
  quarter: '3 months',
  year: '1 year',
};

/** Months and years differ in length, so shifting by them can't be undone exactly. */
function isFixedInterval(node: Node): boolean {
  return isConstant(node) && !/mon|year|decade|centur/i.test(treeKey(node)) && /interval/.test(treeKey(node));
}

/** Reads `date_trunc`, `date_bin`, `± interval` and casts between time types around one varying part. */
export function takeApart(node: Node): TimeExpression {
  const steps: Step[] = [];
  let inner = node;
  for (;;) {
    const next = outermost(inner);
    if (!next) return { inner, steps };
    if (next.step) steps.unshift(next.step);
    inner = next.inner;
  }
}

function outermost(node: Node): { inner: Node; step: Step | null } | null {
  const cast = pick(node, 'TypeCast');
  if (cast?.arg && /^timestamptz$/.test(textOf(cast.typeName?.names?.[cast.typeName.names.length - 1]))) {
    return isConstant(node) ? null : { inner: cast.arg, step: null };
  }
  return floorCall(node) ?? shiftBy(node);
}

function floorCall(node: Node): { inner: Node; step: Step } | null {
  const call = pick(node, 'FuncCall');
  const name = functionName(call?.funcname);
  const [first, second, third] = call?.args ?? [];
  if (!call || !first || !second || !isConstant(first) || isConstant(second)) return null;
  if (name === 'date_bin' && third && isConstant(third))
    return { inner: second, step: floorStep(node, first) };
  const unit = pick(first, 'A_Const')?.sval?.sval ?? '';
  const width = UNIT_WIDTH[unit];
  if (name === 'date_trunc' && width && !third)
    return { inner: second, step: floorStep(node, parseExpression(`interval '${width}'`)) };
  return null;
}

function floorStep(node: Node, width: Node): Step {
  const call = pick(node, 'FuncCall');
  const floor: Floor = {
    width,
    of: (time) => ({
      FuncCall: {
        ...call,
        args: (call?.args ?? []).map((argument, index) => (index === 1 ? time : argument)),
      },
    }),
  };
  return { kind: 'floor', floor };
}

function shiftBy(node: Node): { inner: Node; step: Step } | null {
  const sum = pick(node, 'A_Expr');
  const operator = textOf(sum?.name?.[0]);
  if (!sum?.lexpr || !sum.rexpr || sum.kind !== 'AEXPR_OP' || !/^[+-]$/.test(operator)) return null;
  if (isFixedInterval(sum.rexpr) && !isConstant(sum.lexpr)) {
    return { inner: sum.lexpr, step: { kind: 'shift', by: sum.rexpr, negative: operator === '-' } };
  }
  if (operator === '+' && isFixedInterval(sum.lexpr) && !isConstant(sum.rexpr)) {
    return { inner: sum.rexpr, step: { kind: 'shift', by: sum.lexpr, negative: false } };
  }
  return null;
}

/** The way back: from `steps(x)` to the range in which x lies. */
export function invert(steps: readonly Step[]): Step[] {
  return steps.toReversed().map((step): Step => {
    if (step.kind === 'shift') return { ...step, negative: !step.negative };
    if (step.kind === 'floor') return { kind: 'unfloor', floor: step.floor };
    if (step.kind === 'unfloor') return { kind: 'floor', floor: step.floor };
    return step;
  });
}
