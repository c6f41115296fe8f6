import type { Node } from '@pgsql/types';
import { pick } from '../sql/tree.ts';
import { bareColumn, columnsIn, substitute } from './expression.ts';
import {
  type ColumnId,
  type Context,
  resolveColumn,
  type Source,
  traceExpression,
  traceOf,
} from './source.ts';
import { invert, takeApart } from './time.ts';
import { type Chain, type Leaf, NO_TRACE, type Trace, type Value } from './trace.ts';

/** Passes what is known of one side of an equality on to the other, until nothing new is learnt. */
export function applyEqualities(source: Source, equalities: readonly (readonly [Node, Node])[]): void {
  const inner = source.equal.map(([a, b]): readonly [Node, Node] => [idNode(a), idNode(b)]);
  const all = [...equalities, ...inner].flatMap(([a, b]) => [[a, b] as const, [b, a] as const]);
  for (let learnt = true; learnt; ) {
    learnt = false;
    for (const [known, unknown] of all) {
      for (const leaf of source.leaves) learnt = learn(source, leaf, known, unknown) || learnt;
    }
  }
}

function idNode(id: ColumnId): Node {
  const dot = id.lastIndexOf('.');
  return {
    ColumnRef: { fields: [{ String: { sval: id.slice(0, dot) } }, { String: { sval: id.slice(dot + 1) } }] },
  };
}

/** `unknown` is a column, or a time function of one: gives it the trace that `known` has for the leaf. */
function learn(source: Source, leaf: Leaf, known: Node, unknown: Node): boolean {
  const { inner, steps } = takeApart(unknown);
  const path = pick(inner, 'ColumnRef') ? columnsIn(inner)[0] : undefined;
  const id = path ? resolveColumn(source, path) : null;
  if (id === null) return false;
  const before = source.traces.get(id)?.get(leaf) ?? NO_TRACE;
  const found = traceExpression(source, known, leaf);
  const value: Value | null = before.value ?? (steps.length === 0 ? found.value : null);
  const chain: Chain | null =
    before.chain ??
    (found.chain && { column: found.chain.column, steps: [...found.chain.steps, ...invert(steps)] });
  if (value === before.value && chain === before.chain) return false;
  const traces = source.traces.get(id) ?? new Map<Leaf, Trace>();
  traces.set(leaf, { value, chain });
  source.traces.set(id, traces);
  return true;
}

/** Where a leaf lacks a column's value, a stored relation it is joined to by equality may give it. */
export function addLookups(
  source: Source,
  equalities: readonly (readonly [Node, Node])[],
  context: Context,
): void {
  for (const giver of source.leaves) {
    for (const leaf of source.leaves) {
      if (leaf === giver) continue;
      const on = equalities
        .flatMap(([a, b]) => [[a, b] as const, [b, a] as const])
        .flatMap(([own, other]) => {
          const column = bareColumn(traceExpression(source, own, giver).value);
          const value = traceExpression(source, other, leaf).value;
          return column && value && value.lookups.length === 0 && columnsIn(value.expression).length > 0
            ? [{ column, equals: value.expression }]
            : [];
        });
      if (on.length === 0) continue;
      const lookup = { alias: context.newAlias(), giver: giver.id, relation: giver.relation, on };
      for (const { id } of source.columns) {
        const column = bareColumn(source.traces.get(id)?.get(giver)?.value);
        const before = source.traces.get(id)?.get(leaf);
        if (!column || before?.value) continue;
        const expression: Node = {
          ColumnRef: { fields: [{ String: { sval: lookup.alias } }, { String: { sval: column } }] },
        };
        source.traces
          .get(id)
          ?.set(leaf, { value: { expression, lookups: [lookup] }, chain: before?.chain ?? null });
      }
    }
  }
}

/**
 * A condition that is a plain function of one leaf's row narrows what of its changes matters. Not where it names a column
 * that an outer join may have left null: there the absence of a row counts too.
 */
export function addFilters(source: Source, conditions: readonly Node[], leaves: readonly Leaf[]): void {
  for (const condition of conditions) {
    const ids = columnsIn(condition).map((path) => resolveColumn(source, path));
    if (ids.length === 0 || ids.some((id) => id === null || source.nullable.has(id))) continue;
    for (const leaf of leaves) {
      const filter = substitute(condition, (path) => traceOf(source, path, leaf).value);
      if (filter && filter.lookups.length === 0) leaf.filters.push(filter.expression);
    }
  }
}
