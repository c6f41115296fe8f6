import type { Node, SelectStmt, WindowDef } from '@pgsql/types';
import { functionName, pick } from '../sql/tree.ts';
import { isConstant } from './expression.ts';

/** Bits of `frameOptions` (PostgreSQL's nodes/parsenodes.h). */
export const FRAME = {
  nonDefault: 0x00001,
  range: 0x00002,
  rows: 0x00004,
  groups: 0x00008,
  startUnboundedPreceding: 0x00020,
  endUnboundedFollowing: 0x00100,
  startCurrentRow: 0x00200,
  endCurrentRow: 0x00400,
  startOffsetPreceding: 0x00800,
  endOffsetPreceding: 0x01000,
  startOffsetFollowing: 0x02000,
  endOffsetFollowing: 0x04000,
  /** Any EXCLUDE. */
  exclusion: 0x38000,
} as const;

/** A window call's definition, with a named window put in place. */
export function windowOf(call: Node, select: SelectStmt): WindowDef {
  const over = pick(call, 'FuncCall')?.over ?? {};
  const name = over.name ?? over.refname;
  const named = (select.windowClause ?? [])
    .map((item) => pick(item, 'WindowDef'))
    .find((item) => name !== undefined && item?.name === name);
  if (!named) return over;
  if (over.name !== undefined) return named;
  return {
    ...over,
    partitionClause: named.partitionClause ?? [],
    orderClause: over.orderClause ?? named.orderClause ?? [],
  };
}

/** How far one window call looks, in rows or in time. */
export interface CallReach {
  readonly rowsBack: number;
  readonly rowsAhead: number;
  readonly rangeBack: Node | 'unbounded' | null;
  readonly rangeAhead: Node | 'unbounded' | null;
}

const NOTHING: CallReach = { rowsBack: 0, rowsAhead: 0, rangeBack: null, rangeAhead: null };
const EVERYTHING: CallReach = { ...NOTHING, rangeBack: 'unbounded', rangeAhead: 'unbounded' };

/** The whole number that a constant is, or null. */
export function constantNumber(node: Node | undefined): number | null {
  const constant = pick(node, 'A_Const');
  if (constant && 'ival' in constant) return constant.ival?.ival ?? 0;
  return null;
}

/** Reach of one call: frames for aggregates and first/last values, distances for lag and lead, what ranking needs for the rest. */
export function callReach(call: Node, window: WindowDef): CallReach {
  const name = functionName(pick(call, 'FuncCall')?.funcname);
  if (descending(window)) return EVERYTHING;
  const distance =
    constantNumber(pick(call, 'FuncCall')?.args?.[1]) ??
    (pick(call, 'FuncCall')?.args?.[1] ? Number.POSITIVE_INFINITY : 1);
  if (name === 'lag') return { ...NOTHING, rowsBack: distance };
  if (name === 'lead') return { ...NOTHING, rowsAhead: distance };
  if (/^(row_number|rank|dense_rank)$/.test(name))
    return { ...NOTHING, rangeBack: 'unbounded', rangeAhead: null };
  if (/^(ntile|percent_rank|cume_dist)$/.test(name)) return EVERYTHING;
  if ((window.orderClause ?? []).length === 0) return EVERYTHING;
  return frameReach(window);
}

function frameReach(window: WindowDef): CallReach {
  const bits = window.frameOptions ?? 0;
  const has = (bit: number): boolean => (bits & bit) !== 0;
  if (has(FRAME.groups)) return EVERYTHING;
  const start = has(FRAME.startUnboundedPreceding)
    ? 'unbounded'
    : has(FRAME.startCurrentRow)
      ? null
      : window.startOffset;
  const end = has(FRAME.endUnboundedFollowing)
    ? 'unbounded'
    : has(FRAME.endCurrentRow)
      ? null
      : window.endOffset;
  if (has(FRAME.rows)) return rowsReach(start, end, has);
  // A range around the row's time; both ends may lie on the same side of it.
  const back = start === 'unbounded' ? start : has(FRAME.startOffsetPreceding) ? fixed(start) : null;
  const ahead = end === 'unbounded' ? end : has(FRAME.endOffsetFollowing) ? fixed(end) : null;
  return { ...NOTHING, rangeBack: back, rangeAhead: ahead };
}

function fixed(offset: Node | null | undefined): Node | 'unbounded' {
  return offset && isConstant(offset) ? offset : 'unbounded';
}

function rowsReach(
  start: Node | 'unbounded' | null | undefined,
  end: Node | 'unbounded' | null | undefined,
  has: (bit: number) => boolean,
): CallReach {
  const count = (edge: Node | 'unbounded' | null | undefined): number =>
    edge === 'unbounded'
      ? Number.POSITIVE_INFINITY
      : edge
        ? (constantNumber(edge) ?? Number.POSITIVE_INFINITY)
        : 0;
  return {
    ...NOTHING,
    rowsBack: start === 'unbounded' || has(FRAME.startOffsetPreceding) ? count(start) : 0,
    rowsAhead: end === 'unbounded' || has(FRAME.endOffsetFollowing) ? count(end) : 0,
  };
}

/** A window ordered by descending time looks the other way; rare enough to be read whole. */
export function descending(window: WindowDef): boolean {
  return (window.orderClause ?? []).some((item) => pick(item, 'SortBy')?.sortby_dir === 'SORTBY_DESC');
}
