import type { Node } from '@pgsql/types';
import { itemAlias } from '../sql/columns.ts';
import { aliasColumns } from '../sql/expand.ts';
import { pick, relationName, selectOf, textOf } from '../sql/tree.ts';
import { addFilters, addLookups, applyEqualities } from './equalities.ts';
import { columnsIn, conjuncts, equality, leafColumn } from './expression.ts';
import { type ColumnId, type Context, resolveColumn, type Source } from './source.ts';
import type { Leaf, Trace } from './trace.ts';

const EMPTY: Source = { columns: [], leaves: [], traces: new Map(), nullable: new Set(), equal: [] };

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
