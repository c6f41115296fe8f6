import type { FuncCall, Node, SelectStmt } from '@pgsql/types';
import { functionName, pick, relationName, rewriteSelect } from '../../sql/tree.ts';

/** The table behind a name of `sql/`, as `schema.table`. */
export type TableOf = (relation: string) => string;

/**
 * Puts PostgreSQL's words for RisingWave's, and with `tableOf` the stored tables for the names of views (plain views and CTEs
 * must then be expanded already).
 */
export function toPostgres(select: SelectStmt, tableOf: TableOf | null): SelectStmt {
  return rewriteSelect(select, (node) => {
    const relation = pick(node, 'RangeVar');
    if (relation) return tableOf ? storedRelation(relation, tableOf) : null;
    const call = pick(node, 'FuncCall');
    return call && !call.over ? orderedValue(call) : null;
  });
}

type Relation = NonNullable<ReturnType<typeof pick<'RangeVar'>>>;

function storedRelation(relation: Relation, tableOf: TableOf): Node {
  const name = relationName(relation);
  const [schema, table] = tableOf(name).split('.');
  return {
    RangeVar: {
      ...relation,
      schemaname: schema ?? 'public',
      relname: table ?? name,
      alias: relation.alias ?? { aliasname: relation.relname ?? name },
    },
  };
}

/**
 * `first_value(x order by …)` and `last_value(x order by …)` as aggregates. PostgreSQL has neither; an aggregate of our own
 * would call an SQL function per row (50 ms per 5,000 rows), array_agg is native. Both share one sort, since equal
 * aggregate calls are computed once.
 */
function orderedValue(call: FuncCall): Node | null {
  const name = functionName(call.funcname);
  if (!/^(first|last)_value$/.test(name) || !call.agg_order) return null;
  const array: Node = { FuncCall: { ...call, funcname: [{ String: { sval: 'array_agg' } }] } };
  const position: Node = name === 'first_value' ? integer(1) : plainCall('array_upper', [array, integer(1)]);
  return { A_Indirection: { arg: array, indirection: [{ A_Indices: { uidx: position } }] } };
}

export function integer(value: number): Node {
  return { A_Const: { ival: { ival: value } } };
}

export function plainCall(name: string, args: Node[]): Node {
  return { FuncCall: { funcname: [{ String: { sval: name } }], args, funcformat: 'COERCE_EXPLICIT_CALL' } };
}
