import type { SelectStmt } from '@pgsql/types';
import type { Catalog } from '../catalog/catalog.ts';
import type { CatalogObject } from '../catalog/object.ts';
import { treeKey } from '../sql/tree.ts';
import { describeLeaf } from './expression.ts';
import { isNeverNull } from './nullability.ts';
import { traceQuery } from './query.ts';
import type { Chain, Leaf, Lookup, Reach, Shape, Step, Value } from './trace.ts';

/** How a change of one input becomes slices of the view, and what a slice reads of that input. */
export interface LeafRule {
  readonly leaf: Leaf;
  /** 'slices', or why a change of this input makes the whole view be computed anew. */
  readonly scope: 'slices' | 'whole view';
  /** Value of each partition column of the view for a row of this leaf. */
  readonly partition: readonly Value[];
  /** From the leaf's time to the view's; null means that a change touches all times of the partition. */
  readonly chain: Chain | null;
  /** Why slices are not narrower, for people. */
  readonly notes: readonly string[];
}

/** How a stored view is kept up to date. */
export interface SliceRule {
  readonly view: CatalogObject;
  /** The query with plain views and CTEs put in place; the leaves' nodes are in it. */
  readonly query: SelectStmt;
  /** View columns that split it into independently computed parts. */
  readonly partition: readonly string[];
  /** View column that orders a partition; null when slices are whole partitions. */
  readonly time: string | null;
  readonly leaves: readonly LeafRule[];
}

/** Derives the slice rule of a stored view from its parsed query. */
export function sliceRule(view: CatalogObject, catalog: Catalog): SliceRule {
  const query = catalog.expanded(view);
  const shape = traceQuery(query, catalog.columnsOf);
  const time = view.header.time;
  const candidates = view.key.filter((column) => column !== time);
  const followed = shape.leaves.filter(
    (leaf) => candidates.length === 0 || candidates.some((column) => columnValue(shape, column, leaf)),
  );
  const known = candidates.filter(
    (column) => followed.length > 0 && followed.every((leaf) => columnValue(shape, column, leaf)),
  );
  const partition = withoutMutualLookups(shape, followed, known);
  const sliced = (leaf: Leaf): boolean =>
    followed.includes(leaf) && (partition.length > 0 || chainOf(shape, time, leaf) !== null);
  const leaves = shape.leaves.map((leaf) =>
    sliced(leaf) ? slicedLeaf(shape, leaf, partition, time, catalog) : wholeLeaf(leaf),
  );
  const timed = time !== null && leaves.some((rule) => rule.chain !== null);
  if (!timed || canHoldAllTimes(leaves, query, time, catalog))
    return { view, query, partition, time: timed ? time : null, leaves };
  const note = `whole partition: ${time} may be null; say 'where ${time} is not null' in the view, or in what it reads`;
  return {
    view,
    query,
    partition,
    time: null,
    leaves: leaves.map((rule) => ({
      ...rule,
      chain: null,
      notes: rule.scope === 'slices' ? [...rule.notes, note] : rule.notes,
    })),
  };
}

/** No range of time holds rows without a time, so a change that touches all times must not leave such rows behind. */
function canHoldAllTimes(
  leaves: readonly LeafRule[],
  query: SelectStmt,
  time: string,
  catalog: Catalog,
): boolean {
  return (
    leaves.every((rule) => rule.scope === 'whole view' || rule.chain !== null) ||
    isNeverNull(query, time, catalog)
  );
}

/**
 * A row that is looked up may have changed or gone in the same refresh. Then its own change has to name the slice, so it must
 * know all of the partition without asking another that may be gone too: columns for which it would have to are dropped.
 */
function withoutMutualLookups(
  shape: Shape,
  leaves: readonly Leaf[],
  columns: readonly string[],
): readonly string[] {
  const lookupsOf = (column: string, leaf: Leaf): readonly Lookup[] =>
    columnValue(shape, column, leaf)?.lookups ?? [];
  const givers = new Set(
    columns.flatMap((column) =>
      leaves.flatMap((leaf) => lookupsOf(column, leaf).map((lookup) => lookup.giver)),
    ),
  );
  const asking = columns.find((column) =>
    leaves.some((leaf) => givers.has(leaf.id) && lookupsOf(column, leaf).length > 0),
  );
  return asking === undefined
    ? columns
    : withoutMutualLookups(
        shape,
        leaves,
        columns.filter((column) => column !== asking),
      );
}

function columnValue(shape: Shape, column: string, leaf: Leaf): Value | null {
  return shape.traces.get(column)?.get(leaf)?.value ?? null;
}

function chainOf(shape: Shape, column: string | null, leaf: Leaf): Chain | null {
  return column === null ? null : (shape.traces.get(column)?.get(leaf)?.chain ?? null);
}

function wholeLeaf(leaf: Leaf): LeafRule {
  const note = `rows of ${describeLeaf(leaf)} can't be traced to keys of the view (a subquery in an expression, LIMIT, or no equality join)`;
  return { leaf, scope: 'whole view', partition: [], chain: null, notes: [note] };
}

function slicedLeaf(
  shape: Shape,
  leaf: Leaf,
  partition: readonly string[],
  time: string | null,
  catalog: Catalog,
): LeafRule {
  const values = partition.flatMap((column) => columnValue(shape, column, leaf) ?? []);
  const chain = chainOf(shape, time, leaf);
  // Rows without a time stand in a window beside those with one, and in no range of time.
  const isTimed = chain?.steps.every(
    (step) => step.kind !== 'window' || isNeverNull(step.reach.stage, 'counted', catalog),
  );
  if (!chain || !isTimed) {
    const missing = `the column that a window is ordered by may be null; ask for it to be there, with 'is not null'`;
    const note = chain
      ? missing
      : time === null
        ? 'the view states no time column'
        : `the time of ${describeLeaf(leaf)} can't be traced to ${time}`;
    return { leaf, scope: 'slices', partition: values, chain: null, notes: [`whole partition: ${note}`] };
  }
  const notes: string[] = [];
  const steps = chain.steps.map((step) => boundedStep(step, leaf, values, notes));
  return { leaf, scope: 'slices', partition: values, chain: { ...chain, steps }, notes };
}

/**
 * Rows of a window may be counted only where the slices' partition is the window's own; where it is coarser, rows of
 * several windows lie mixed, and the count would say too little.
 */
function boundedStep(step: Step, leaf: Leaf, partition: readonly Value[], notes: string[]): Step {
  if (step.kind !== 'window') return step;
  const { reach } = step;
  const counts = reach.rowsBack > 0 || reach.rowsAhead > 0;
  const known = new Set(partition.map((value) => treeKey(value.expression)));
  const covered = (reach.partition.get(leaf) ?? []).every(
    // A bucket of time confines the window and does not mix rows of several.
    (value, index) => index === reach.bucketIndex || (value !== null && known.has(treeKey(value.expression))),
  );
  if (isUnbounded(reach) && !reach.bucket) notes.push('whole partition: a window without bounded frame');
  if (!counts || covered) return step;
  notes.push('whole partition: a window counts rows in finer partitions than the slices have');
  return {
    kind: 'window',
    reach: { ...reach, rowsBack: 0, rowsAhead: 0, rangeBack: 'unbounded', rangeAhead: 'unbounded' },
  };
}

export function isUnbounded(reach: Reach): boolean {
  return (
    reach.rangeBack === 'unbounded' ||
    reach.rangeAhead === 'unbounded' ||
    reach.rowsBack === Number.POSITIVE_INFINITY ||
    reach.rowsAhead === Number.POSITIVE_INFINITY
  );
}
