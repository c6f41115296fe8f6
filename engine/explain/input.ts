import type { Node } from '@pgsql/types';
import type { Cost } from '../explain.ts';
import { isUnbounded, type LeafRule, type SliceRule } from '../slices/rule.ts';
import type { Reach, Step } from '../slices/trace.ts';
import { printExpression } from '../sql/parse.ts';

/** How a change of one input becomes slices of a view. */
export interface InputExplanation {
  readonly relation: string;
  /** What is computed anew when it changes. */
  readonly scope: 'slices' | 'whole view';
  /** Value of each partition column for a changed row. */
  readonly partition: readonly {
    readonly column: string;
    readonly value: string;
    readonly lookedUpIn: readonly string[];
  }[];
  /** The input's time column, and the steps from it to the view's time; null when all times are touched. */
  readonly time: { readonly column: string; readonly steps: readonly string[] } | null;
  /** How far a slice reads around itself, null without windows. */
  readonly reach: { readonly back: string; readonly ahead: string } | null;
  /** Changes that do not meet these touch nothing. */
  readonly filters: readonly string[];
  readonly cost: Cost;
  readonly notes: readonly string[];
}

/** Puts the rule of one input into words. */
export function explainInput(rule: LeafRule, view: SliceRule): InputExplanation {
  const { chain } = rule;
  const windows = (chain?.steps ?? []).flatMap((step) => (step.kind === 'window' ? [step.reach] : []));
  return {
    relation: rule.leaf.relation,
    scope: rule.scope,
    partition: rule.partition.map((value, index) => ({
      column: view.partition[index] ?? '',
      value: value.lookups.reduce(
        (text, { alias, relation }) => text.replaceAll(`${alias}.`, `${relation}.`),
        printExpression(value.expression),
      ),
      lookedUpIn: [...new Set(value.lookups.map((lookup) => lookup.relation))],
    })),
    time: chain === null ? null : { column: chain.column, steps: chain.steps.map(describeStep) },
    reach:
      windows.length === 0
        ? null
        : { back: windows.map(reachBack).join(', then '), ahead: windows.map(reachAhead).join(', then ') },
    filters: rule.leaf.filters.map((filter) => printExpression(filter)).filter((text) => !isTrivial(text)),
    cost: costOf(rule, view, windows),
    notes: rule.notes,
  };
}

function costOf(rule: LeafRule, view: SliceRule, windows: readonly Reach[]): Cost {
  if (rule.scope === 'whole view') return 'O(view)';
  if (rule.chain === null || view.time === null)
    return view.partition.length > 0 ? 'O(partition)' : 'O(view)';
  if (windows.some((reach) => isUnbounded(reach) && reach.bucket === null)) return 'O(partition)';
  return windows.length > 0 ? 'O(rows of slice + reach)' : 'O(rows of slice)';
}

function describeStep(step: Step): string {
  switch (step.kind) {
    case 'shift':
      return `${step.negative ? '-' : '+'} ${interval(step.by)}`;
    case 'floor':
      return `down to a multiple of ${interval(step.floor.width)}`;
    case 'unfloor':
      return `anywhere in ${interval(step.floor.width)}`;
    case 'window':
      return `windows: ${reachBack(step.reach)} back, ${reachAhead(step.reach)} ahead`;
  }
}

function reachBack(reach: Reach): string {
  return side(reach.rowsBack, reach.rangeBack, reach);
}

function reachAhead(reach: Reach): string {
  return side(reach.rowsAhead, reach.rangeAhead, reach);
}

function side(rows: number, range: readonly Node[] | 'unbounded', { bucket }: Reach): string {
  if (range === 'unbounded' || rows === Number.POSITIVE_INFINITY) {
    return bucket === null ? 'the whole partition' : `the whole ${interval(bucket.width)}`;
  }
  const parts = [
    ...(rows > 0 ? [`${rows} row${rows === 1 ? '' : 's'}`] : []),
    ...new Set(range.map(interval)),
  ];
  if (parts.length === 0) return 'nothing';
  return parts.length === 1 ? (parts[0] ?? '') : `the longest of ${parts.join(', ')}`;
}

/** Both sides of a join condition as values of one input: true of every row. */
function isTrivial(condition: string): boolean {
  const [left, right, ...rest] = condition.split(' = ');
  return rest.length === 0 && left === right;
}

/** `interval '5 minutes'` as `5 minutes`. */
function interval(node: Node): string {
  const text = printExpression(node);
  return /'([^']+)'/.exec(text)?.[1] ?? text;
}
