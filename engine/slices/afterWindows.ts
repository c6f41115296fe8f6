import type { SelectStmt } from '@pgsql/types';
import { columnPath } from '../sql/tree.ts';
import { columnOf } from './outputs.ts';
import { resolveColumn, type Source } from './source.ts';
import type { Leaf, Trace } from './trace.ts';
import { partitionValues, readWindows } from './windows.ts';

/** What windows leave of the traces: partition columns as they are, the order column widened by the reach, nothing else. */
export function afterWindows(select: SelectStmt, source: Source, grouped: boolean): Source {
  const windows = readWindows(select, source);
  if (!windows) return source;
  const kept = new Set(
    windows.partition
      .map((node) => columnPath(node))
      .flatMap((path) => (path ? (resolveColumn(source, path) ?? []) : [])),
  );
  const order = source.columns.find((column) => column.id === windows.order);
  const stage: SelectStmt = {
    targetList: [{ ResTarget: { name: 'counted', val: columnOf(order?.alias ?? '', order?.name ?? '') } }],
    fromClause: select.fromClause ?? [],
    ...(select.whereClause ? { whereClause: select.whereClause } : {}),
    limitOption: 'LIMIT_OPTION_DEFAULT',
    op: 'SETOP_NONE',
  };
  // Windows over groups count groups, which the stage below does not: their whole partition is read.
  const unbounded = grouped ? ({ rangeBack: 'unbounded', rangeAhead: 'unbounded' } as const) : {};
  const reach = { ...windows.reach, ...unbounded, stage, partition: partitionValues(windows, source) };
  const traces = new Map<string, Map<Leaf, Trace>>();
  for (const [id, byLeaf] of source.traces) {
    const after = [...byLeaf].map(([leaf, trace]): [Leaf, Trace] => [
      leaf,
      {
        value: kept.has(id) ? trace.value : null,
        chain:
          id === windows.order && trace.chain
            ? { ...trace.chain, steps: [...trace.chain.steps, { kind: 'window', reach }] }
            : null,
      },
    ]);
    traces.set(id, new Map(after));
  }
  return { ...source, traces };
}
