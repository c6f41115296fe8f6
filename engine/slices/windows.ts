import type { Node, SelectStmt, WindowDef } from '@pgsql/types';
import { columnPath, functionName, pick, treeKey } from '../sql/tree.ts';
import { isConstant, windowCalls } from './expression.ts';
import { resolveColumn, type Source, traceExpression } from './source.ts';
import type { Floor, Leaf, Reach, Value } from './trace.ts';

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

/** The windows of a block taken together. */
export interface BlockWindows {
  readonly calls: readonly Node[];
  /** Partition expressions that every window has, by key. */
  readonly partition: readonly Node[];
  /** The column that every window is ordered by, ascending or descending; null when they differ or have none. */
  readonly order: string | null;
  readonly reach: Omit<Reach, 'stage' | 'partition'>;
}

/** Window calls of a block, or null when it has none. */
export function readWindows(select: SelectStmt, source: Source): BlockWindows | null {
  const targets = (select.targetList ?? []).flatMap((item) => pick(item, 'ResTarget')?.val ?? []);
  const sorts = (select.sortClause ?? []).flatMap((item) => pick(item, 'SortBy')?.node ?? []);
  const calls = [...targets, ...sorts].flatMap(windowCalls);
  if (calls.length === 0) return null;
  const windows = calls.map((call) => windowOf(call, select));
  const [first, ...rest] = windows.map(
    (window) => new Map((window.partitionClause ?? []).map((node) => [partitionKey(node, source), node])),
  );
  const partition = [...(first ?? [])]
    .filter(([key]) => rest.every((other) => other.has(key)))
    .map(([, node]) => node);
  const orders = new Set(windows.map((window) => orderColumn(window, source)));
  const order = orders.size === 1 ? ([...orders][0] ?? null) : null;
  return {
    calls,
    partition,
    order,
    reach: combine(
      calls.map((call, index) => callReach(call, windows[index] ?? {})),
      partition,
      source,
      order,
    ),
  };
}

function bucket(found: { index: number; floor: Floor } | null): Pick<Reach, 'bucket' | 'bucketIndex'> {
  return { bucket: found?.floor ?? null, bucketIndex: found?.index ?? null };
}

/** A window ordered by descending time looks the other way; rare enough to be read whole. */
export function descending(window: WindowDef): boolean {
  return (window.orderClause ?? []).some((item) => pick(item, 'SortBy')?.sortby_dir === 'SORTBY_DESC');
}

function partitionKey(node: Node, source: Source): string {
  const path = columnPath(node);
  return (path && resolveColumn(source, path)) ?? treeKey(node);
}

function orderColumn(window: WindowDef, source: Source): string | null {
  const path = columnPath(pick(window.orderClause?.[0], 'SortBy')?.node);
  return path ? resolveColumn(source, path) : null;
}

function combine(
  reaches: readonly CallReach[],
  partition: readonly Node[],
  source: Source,
  order: string | null,
): BlockWindows['reach'] {
  const ranges = (side: 'rangeBack' | 'rangeAhead'): readonly Node[] | 'unbounded' => {
    const found = reaches.map((reach) => reach[side]);
    if (found.includes('unbounded')) return 'unbounded';
    const byKey = new Map(
      found.flatMap((node) => (node && node !== 'unbounded' ? [[treeKey(node), node] as const] : [])),
    );
    return [...byKey.values()];
  };
  return {
    rowsBack: Math.max(0, ...reaches.map((reach) => reach.rowsBack)),
    rowsAhead: Math.max(0, ...reaches.map((reach) => reach.rowsAhead)),
    rangeBack: ranges('rangeBack'),
    rangeAhead: ranges('rangeAhead'),
    ...bucket(findBucket(partition, source, order)),
  };
}

/** The partition expression that rounds the order column down, if one does: it confines every frame to one bucket of time. */
function findBucket(
  partition: readonly Node[],
  source: Source,
  order: string | null,
): { index: number; floor: Floor } | null {
  for (const [index, node] of partition.entries()) {
    const floor = order === null ? null : floorOf(node, source, order);
    if (floor) return { index, floor };
  }
  return null;
}

/** The rounding that makes `node` out of the order column, for every leaf; null when it is something else. */
function floorOf(node: Node, source: Source, order: string): Floor | null {
  let found: Floor | null = null;
  for (const leaf of source.leaves) {
    const ordered = source.traces.get(order)?.get(leaf)?.chain;
    const bucket = traceExpression(source, node, leaf).chain;
    const last = bucket?.steps.at(-1);
    const isRounded =
      ordered &&
      bucket &&
      bucket.column === ordered.column &&
      bucket.steps.length === ordered.steps.length + 1;
    if (!isRounded || last?.kind !== 'floor') return null;
    found = last.floor;
  }
  return found;
}

/** PARTITION BY of a block as values of each leaf. */
export function partitionValues(windows: BlockWindows, source: Source): Map<Leaf, (Value | null)[]> {
  return new Map(
    source.leaves.map((leaf) => [
      leaf,
      windows.partition.map((node) => traceExpression(source, node, leaf).value),
    ]),
  );
}
