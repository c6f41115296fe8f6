import type { Node, SelectStmt, WindowDef } from '@pgsql/types';
import type { Catalog } from '../../catalog/catalog.ts';
import { windowCalls } from '../../slices/expression.ts';
import { constantNumber, descending, FRAME, windowOf } from '../../slices/frames.ts';
import type { LeafRule, SliceRule } from '../../slices/rule.ts';
import { columnPath, functionName, pick, relationName, selectOf, treeKey } from '../../sql/tree.ts';

/** One window call over the last rows of its partition: `back` rows before the current one, up to `near` rows before it. */
export interface FrameCall {
  readonly node: Node;
  readonly name: string;
  /** Oldest row of the frame, counted back from the current row. */
  readonly back: number;
  /** Newest row of the frame, counted back from the current row. */
  readonly near: number;
}

/**
 * The block that computes all windows of a view, when it is the simple one: a single stored relation, every window partitioned
 * by that relation's key less time and ordered by time, every frame counting rows back. Such a block can be computed for one
 * row from its last rows, without computing the rows between.
 */
export interface WindowBlock {
  readonly select: SelectStmt;
  readonly leaf: LeafRule;
  /** Alias of the relation inside the block. */
  readonly alias: string;
  readonly partition: readonly string[];
  readonly time: string;
  readonly calls: readonly FrameCall[];
}

/** Finds the simple window block of a view, or says why there is none. */
export function findWindowBlock(rule: SliceRule, catalog: Catalog): WindowBlock | string {
  const select = descend(rule.query);
  if (!select) return 'its windows are not in a block of their own';
  const relation = pick(select.fromClause?.[0], 'RangeVar');
  const leaf = rule.leaves.find((candidate) => candidate.leaf.node === relation);
  if (!relation || !leaf || rule.leaves.length !== 1) return 'its windows are not over one stored relation';
  const key = catalog.find(relationName(relation))?.key ?? [];
  const windows = calls(select).map((call) => ({ call, window: windowOf(call, select) }));
  const first = windows[0]?.window;
  const time = columnPath(pick(first?.orderClause?.[0], 'SortBy')?.node)?.at(-1);
  const partition = (first?.partitionClause ?? []).map((node) => columnPath(node)?.at(-1) ?? '');
  if (!time || windows.some(({ window }) => shape(window) !== shape(first)))
    return 'its windows differ in partition or order';
  if (windows.some(({ window }) => descending(window))) return 'its windows are ordered by descending time';
  if (key.length !== partition.length + 1 || ![...partition, time].every((column) => key.includes(column))) {
    return `its windows are not partitioned by the grain of ${relation.relname ?? ''} less its time`;
  }
  const frames = windows.map(({ call, window }) => frameOf(call, window));
  const odd = frames.find((frame) => typeof frame === 'string');
  if (typeof odd === 'string') return odd;
  const alias = relation.alias?.aliasname ?? relation.relname ?? '';
  return { select, leaf, alias, partition, time, calls: frames.filter((frame) => typeof frame !== 'string') };
}

function calls(select: SelectStmt): Node[] {
  return (select.targetList ?? []).flatMap((item) => {
    const value = pick(item, 'ResTarget')?.val;
    return value ? windowCalls(value) : [];
  });
}

/** Goes down through projections and filters to the block with windows. */
function descend(select: SelectStmt): SelectStmt | null {
  const plain =
    !select.larg &&
    !select.groupClause &&
    !select.distinctClause &&
    !select.havingClause &&
    !select.limitCount &&
    !select.sortClause;
  if (!plain || select.fromClause?.length !== 1) return null;
  if (calls(select).length > 0) return select;
  const inner = selectOf(pick(select.fromClause[0], 'RangeSubselect')?.subquery);
  return inner ? descend(inner) : null;
}

/** Partition and order of a window, comparable. */
function shape(window: WindowDef | undefined): string {
  const columns = (window?.partitionClause ?? [])
    .map((node) => columnPath(node)?.at(-1) ?? treeKey(node))
    .sort();
  const order = (window?.orderClause ?? []).map((item) => {
    const sort = pick(item, 'SortBy');
    return `${columnPath(sort?.node)?.at(-1) ?? treeKey(sort?.node)} ${sort?.sortby_dir === 'SORTBY_DESC' ? 'desc' : 'asc'}`;
  });
  return JSON.stringify([columns, order]);
}

function frameOf(call: Node, window: WindowDef): FrameCall | string {
  const invoked = pick(call, 'FuncCall');
  const name = functionName(invoked?.funcname);
  const bits = window.frameOptions ?? 0;
  const has = (bit: number): boolean => (bits & bit) !== 0;
  if (name === 'lag') {
    const distance = invoked?.args?.[1] ? constantNumber(invoked.args[1]) : 1;
    if (distance === null || (invoked?.args?.length ?? 0) > 2)
      return 'lag with a computed distance or a default';
    return { node: call, name, back: distance, near: distance };
  }
  if (/^(lead|row_number|rank|dense_rank|ntile|percent_rank|cume_dist|nth_value)$/.test(name))
    return `${name} is not a frame of the last rows`;
  const start = has(FRAME.startOffsetPreceding)
    ? constantNumber(window.startOffset)
    : has(FRAME.startCurrentRow)
      ? 0
      : null;
  const end = has(FRAME.endCurrentRow)
    ? 0
    : has(FRAME.endOffsetPreceding)
      ? constantNumber(window.endOffset)
      : null;
  if (has(FRAME.exclusion)) return 'a frame that leaves rows out';
  if (!has(FRAME.rows) || start === null || end === null || start < end)
    return 'a frame that does not count rows back';
  return { node: call, name, back: start, near: end };
}
