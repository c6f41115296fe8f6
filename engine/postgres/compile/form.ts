import type { Catalog } from '../../catalog/catalog.ts';
import type { LeafRule, SliceRule } from '../../slices/rule.ts';
import type { Step } from '../../slices/trace.ts';
import { treeKey } from '../../sql/tree.ts';
import { findWindowBlock, type WindowBlock } from './windowBlock.ts';

/** How the rows of a slice are computed. */
export type Form =
  | { readonly kind: 'plain' }
  | { readonly kind: 'windows'; readonly why: string }
  | { readonly kind: 'rows'; readonly block: WindowBlock };

export function formOf(rule: SliceRule, catalog: Catalog): Form {
  if (!rule.leaves.some((leaf) => leaf.chain?.steps.some(isWindow))) return { kind: 'plain' };
  const block = findWindowBlock(rule, catalog);
  return typeof block === 'string' ? { kind: 'windows', why: block } : { kind: 'rows', block };
}

export function isWindow(step: Step): boolean {
  return step.kind === 'window';
}

/** The way from a block's relation to the view's time, its windows left aside. */
export function ownSteps(block: WindowBlock): Step[] {
  return (block.leaf.chain?.steps ?? []).filter((step) => !isWindow(step));
}

/** Leaves whose read range must be looked up, and is kept with the slice: one for all that go the same way. */
export function lookedUp(rule: SliceRule): LeafRule[] {
  const ways = new Map<string, LeafRule>();
  for (const leaf of rule.leaves)
    if (leaf.chain?.steps.some(isWindow) && !ways.has(wayOf(leaf))) ways.set(wayOf(leaf), leaf);
  return [...ways.values()];
}

/** Equal for leaves whose time leads to the view's by the same steps. */
function wayOf(leaf: LeafRule): string {
  return treeKey(leaf.chain?.steps.map(stepKey));
}

function stepKey(step: Step): unknown {
  if (step.kind === 'shift') return step;
  if (step.kind !== 'window') return [step.kind, step.floor.of(step.floor.width)];
  const { stage, rowsBack, rowsAhead, rangeBack, rangeAhead, bucket } = step.reach;
  // Frames of unlimited length are Infinity, which JSON does not know.
  return [
    stage,
    String(rowsBack),
    String(rowsAhead),
    rangeBack,
    rangeAhead,
    bucket?.of(bucket.width) ?? null,
  ];
}

/** Number of the read range that a leaf shares. */
export function readOf(leaf: LeafRule, rule: SliceRule): number {
  return lookedUp(rule).find((candidate) => wayOf(candidate) === wayOf(leaf))?.leaf.id ?? leaf.leaf.id;
}

export function readColumns(rule: SliceRule): string[] {
  return lookedUp(rule).flatMap((leaf) => [`read_${leaf.leaf.id}_lo`, `read_${leaf.leaf.id}_hi`]);
}
