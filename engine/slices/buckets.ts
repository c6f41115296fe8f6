import type { Node } from '@pgsql/types';
import { type Source, traceExpression } from './source.ts';
import type { Floor, Reach } from './trace.ts';

export function bucket(found: { index: number; floor: Floor } | null): Pick<Reach, 'bucket' | 'bucketIndex'> {
  return { bucket: found?.floor ?? null, bucketIndex: found?.index ?? null };
}

/** The partition expression that rounds the order column down, if one does: it confines every frame to one bucket of time. */
export function findBucket(
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
