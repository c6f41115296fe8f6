import type { Node, SelectStmt, WindowDef } from '@pgsql/types';
import { columnPath, pick, treeKey } from '../sql/tree.ts';
import { bucket, findBucket } from './buckets.ts';
import { windowCalls } from './expression.ts';
import { type CallReach, callReach, windowOf } from './frames.ts';
import { resolveColumn, type Source, traceExpression } from './source.ts';
import type { Leaf, Reach, Value } from './trace.ts';

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

/** PARTITION BY of a block as values of each leaf. */
export function partitionValues(windows: BlockWindows, source: Source): Map<Leaf, (Value | null)[]> {
  return new Map(
    source.leaves.map((leaf) => [
      leaf,
      windows.partition.map((node) => traceExpression(source, node, leaf).value),
    ]),
  );
}
