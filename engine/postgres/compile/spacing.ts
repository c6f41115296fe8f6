import type { SliceRule } from '../../slices/rule.ts';
import { treeKey } from '../../sql/tree.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
  month: 2_592_000_000,
};

/**
 * How far apart rows of a partition usually are, in milliseconds: slices nearer than that are computed as one. Read off the
 * rounding of time in the view or in what it reads; 0 when nothing rounds it.
 *
 * @param ruleOf rule of a stored view, nothing for landing tables
 */
export function spacing(rule: SliceRule, ruleOf: (relation: string) => SliceRule | undefined): number {
  const own = rule.leaves.flatMap((leaf) =>
    (leaf.chain?.steps ?? []).flatMap((step) =>
      step.kind === 'floor' ? widthOf(treeKey(step.floor.width)) : [],
    ),
  );
  if (own.length > 0) return Math.max(...own);
  const inherited = rule.leaves.map((leaf) => {
    const input = leaf.chain ? ruleOf(leaf.leaf.relation) : undefined;
    return input ? spacing(input, ruleOf) : 0;
  });
  const known = inherited.filter((width) => width > 0);
  return known.length > 0 ? Math.min(...known) : 0;
}

function widthOf(key: string): number {
  const match = /"sval":"(\d+)\s*([a-z]+?)s?"/.exec(key);
  return match ? Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? 0) : 0;
}
