import type { Node } from '@pgsql/types';
import { type ColumnsOf, itemAlias } from '../sql/columns.ts';
import { aliasColumns } from '../sql/expand.ts';
import { pick, relationName, selectOf, textOf } from '../sql/tree.ts';
import { bareColumn, columnsIn, conjuncts, equality, leafColumn, substitute } from './expression.ts';
import { invert, takeApart } from './time.ts';
import { type Chain, type Leaf, NO_TRACE, type Shape, type Trace, type Value } from './trace.ts';

/** A column in sight: `alias.name`. */
export type ColumnId = string;

/** What FROM offers to the rest of a select, with what is known of each column. */
export interface Source {
  readonly columns: readonly { readonly id: ColumnId; readonly name: string; readonly alias: string }[];
  readonly leaves: readonly Leaf[];
  readonly traces: Map<ColumnId, Map<Leaf, Trace>>;
  /** Columns that may be null for want of a partner in an outer join: no key can be read off them. */
  readonly nullable: ReadonlySet<ColumnId>;
  /** Columns that are equal wherever both are there. */
  readonly equal: readonly (readonly [ColumnId, ColumnId])[];
}

/** What a walk through a query needs to know. */
export interface Context {
  readonly columnsOf: ColumnsOf;
  readonly query: (select: NonNullable<ReturnType<typeof selectOf>>) => Shape;
  readonly newLeaf: (leaf: Omit<Leaf, 'id' | 'filters'>) => Leaf;
  readonly newAlias: () => string;
}

const EMPTY: Source = { columns: [], leaves: [], traces: new Map(), nullable: new Set(), equal: [] };

/** The column that a path names, or null. */
export function resolveColumn(source: Source, path: readonly string[]): ColumnId | null {
  const name = path[path.length - 1];
  const alias = path.length > 1 ? path[path.length - 2] : null;
  const found = source.columns.find(
    (column) => column.name === name && (alias === null || column.alias === alias),
  );
  return found?.id ?? null;
}

/** What a path's column is to a leaf. */
export function traceOf(source: Source, path: readonly string[], leaf: Leaf): Trace {
  const id = resolveColumn(source, path);
  return (id === null ? undefined : source.traces.get(id)?.get(leaf)) ?? NO_TRACE;
}

/** What an expression is to a leaf: a value of its row, a range around its time, both or neither. */
export function traceExpression(source: Source, node: Node, leaf: Leaf): Trace {
  const value = substitute(node, (path) => traceOf(source, path, leaf).value);
  const { inner, steps } = takeApart(node);
  const [column, ...others] = columnsIn(inner);
  const isColumn = pick(inner, 'ColumnRef') !== undefined;
  const base = column && others.length === 0 && isColumn ? traceOf(source, column, leaf).chain : null;
  return { value, chain: base && { column: base.column, steps: [...base.steps, ...steps] } };
}

/** Everything in FROM; items beside each other are joined by what WHERE says. */
export function readFrom(items: readonly Node[], context: Context): Source {
  return items.map((item) => readItem(item, context)).reduce(beside, EMPTY);
}

function beside(a: Source, b: Source): Source {
  return {
    columns: [...a.columns, ...b.columns],
    leaves: [...a.leaves, ...b.leaves],
    traces: new Map([...a.traces, ...b.traces]),
    nullable: new Set([...a.nullable, ...b.nullable]),
    equal: [...a.equal, ...b.equal],
  };
}

function readItem(item: Node, context: Context): Source {
  const relation = pick(item, 'RangeVar');
  const alias = itemAlias(item);
  if (relation) {
    const name = relationName(relation);
    const stored = context.columnsOf(name) ?? [];
    const renames = aliasColumns(relation.alias);
    const leaf = context.newLeaf({ relation: name, node: relation });
    const trace = (column: string): Trace => ({
      value: { expression: leafColumn(column), lookups: [] },
      chain: { column, steps: [] },
    });
    return sourceOf(
      alias,
      stored.map((column, index) => renames[index] ?? column),
      [leaf],
      (index) => new Map([[leaf, trace(stored[index] ?? '')]]),
    );
  }
  const subselect = pick(item, 'RangeSubselect');
  const query = selectOf(subselect?.subquery);
  if (query) {
    const shape = context.query(query);
    const renames = aliasColumns(subselect?.alias);
    const names = shape.columns.map((column, index) => renames[index] ?? column);
    return sourceOf(
      alias,
      names,
      shape.leaves,
      (index) => new Map(shape.traces.get(shape.columns[index] ?? '') ?? []),
    );
  }
  const join = pick(item, 'JoinExpr');
  if (join?.larg && join.rarg)
    return readJoin(join, readItem(join.larg, context), readItem(join.rarg, context), context);
  const names = aliasColumns(pick(item, 'RangeFunction')?.alias);
  return sourceOf(alias, names.length > 0 ? names : [alias], [], () => new Map());
}

function sourceOf(
  alias: string,
  names: readonly string[],
  leaves: readonly Leaf[],
  tracesOf: (index: number) => Map<Leaf, Trace>,
): Source {
  const columns = names.map((name) => ({ id: `${alias}.${name}`, name, alias }));
  return {
    columns,
    leaves,
    traces: new Map(columns.map((column, index) => [column.id, tracesOf(index)])),
    nullable: new Set(),
    equal: [],
  };
}

type Join = NonNullable<ReturnType<typeof pick<'JoinExpr'>>>;

function readJoin(join: Join, left: Source, right: Source, context: Context): Source {
  const type = join.jointype ?? 'JOIN_INNER';
  const ids = (source: Source): ColumnId[] => source.columns.map((column) => column.id);
  const joined = beside(left, right);
  const using = (join.usingClause ?? []).map(textOf);
  const shared = [
    ...using,
    ...(join.isNatural
      ? left.columns
          .map((column) => column.name)
          .filter((name) => right.columns.some((other) => other.name === name))
      : []),
  ];
  const pairs = shared.map((name): readonly [Node, Node] => [
    columnNode(left, name),
    columnNode(right, name),
  ]);
  const conditions = conjuncts(join.quals);
  const equalities = [...pairs, ...conditions.map(equality).filter((pair) => pair !== null)];
  const merged: Source = {
    ...joined,
    nullable: new Set([
      ...joined.nullable,
      ...(type === 'JOIN_LEFT' || type === 'JOIN_FULL' ? ids(right) : []),
      ...(type === 'JOIN_RIGHT' || type === 'JOIN_FULL' ? ids(left) : []),
    ]),
    equal: [...joined.equal, ...equalities.flatMap((pair) => equalColumns(joined, pair))],
  };
  const across = equalities.filter((pair) => type === 'JOIN_INNER' || spans(pair, left, right));
  applyEqualities(merged, across);
  if (type === 'JOIN_INNER') addLookups(merged, across, context);
  const filtered =
    type === 'JOIN_INNER'
      ? merged.leaves
      : type === 'JOIN_LEFT'
        ? right.leaves
        : type === 'JOIN_RIGHT'
          ? left.leaves
          : [];
  addFilters({ ...merged, nullable: joined.nullable }, conditions, filtered);
  return merged;
}

function columnNode(source: Source, name: string): Node {
  const found = source.columns.find((column) => column.name === name);
  return { ColumnRef: { fields: [{ String: { sval: found?.alias ?? '' } }, { String: { sval: name } }] } };
}

function spans([a, b]: readonly [Node, Node], left: Source, right: Source): boolean {
  const within = (node: Node, source: Source): boolean =>
    columnsIn(node).every((path) => resolveColumn(source, path) !== null);
  return (within(a, left) && within(b, right)) || (within(a, right) && within(b, left));
}

function equalColumns(source: Source, [a, b]: readonly [Node, Node]): (readonly [ColumnId, ColumnId])[] {
  const [left, right] = [a, b].map((node) =>
    pick(node, 'ColumnRef') ? resolveColumn(source, columnsIn(node)[0] ?? []) : null,
  );
  return left && right ? [[left, right]] : [];
}

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
