import { createHash } from 'node:crypto';
import type { JoinExpr, RangeVar, SelectStmt } from '@pgsql/types';
import { columnPath, functionName, relationName, textOf, treeKey, walk } from '../sql/tree.ts';
import { prune } from './prune.ts';

/** What makes a column of a view, as its own query says. */
export interface Shape {
  /** Hash of the part of the query that decides its values, and which rows there are. */
  readonly text: string;
  /** Functions that it calls. */
  readonly calls: readonly string[];
  /** Relations that it reads, once for each time that they stand in it. */
  readonly reads: readonly { readonly relation: string; readonly alias: string; readonly renamed: boolean }[];
  /** `alias.column` */
  readonly named: ReadonlySet<string>;
  /** Aliases of which all columns are read; '' for all that there are. */
  readonly stars: ReadonlySet<string>;
  /** Names without an alias: columns of any relation, or a whole row. */
  readonly alone: ReadonlySet<string>;
}

/**
 * The shapes of a view's columns, in their order. Most views are the same in two versions of sql/, and this is where the work is.
 *
 * @param query with plain views and CTEs put in place
 */
export function shapesOf(
  query: SelectStmt,
  columns: readonly string[],
  key: readonly string[],
): readonly Shape[] {
  const asked = hash(JSON.stringify([treeKey(query), columns, key]));
  const known = KNOWN.get(asked);
  if (known) return known;
  if (KNOWN.size >= MOST_KNOWN) KNOWN.clear();
  const shapes = columns.map((column) =>
    shapeOf(prune(query, (name) => name === column || key.includes(name))),
  );
  KNOWN.set(asked, shapes);
  return shapes;
}

const KNOWN = new Map<string, readonly Shape[]>();
/** Enough for some versions of sql/. */
const MOST_KNOWN = 500;

function shapeOf(query: SelectStmt): Shape {
  const reads: Shape['reads'][number][] = [];
  const [calls, named, stars, alone] = [0, 0, 0, 0].map(() => new Set<string>()) as [
    Set<string>,
    Set<string>,
    Set<string>,
    Set<string>,
  ];
  walk({ SelectStmt: query }, (kind, node) => {
    if (kind === 'RangeVar') reads.push(readOf(node as RangeVar));
    if (kind === 'FuncCall') calls.add(functionName((node as { funcname?: [] }).funcname));
    if (kind === 'ColumnRef') {
      const path = columnPath({ ColumnRef: node }) ?? [];
      const [first = '', second = ''] = path;
      if (path.length === 1 && first !== '*') alone.add(first);
      else if (path.length === 2 && second !== '*') named.add(`${first}.${second}`);
      else stars.add(path.length === 2 ? first : '');
    }
    if (kind === 'JoinExpr') {
      const { isNatural, usingClause = [] } = node as JoinExpr;
      if (isNatural) stars.add('');
      for (const column of usingClause) alone.add(textOf(column));
    }
    return true;
  });
  return { text: hash(treeKey(query)), calls: [...calls].sort(), reads, named, stars, alone };
}

function readOf(relation: RangeVar): Shape['reads'][number] {
  const alias = relation.alias?.aliasname ?? relation.relname ?? '';
  return { relation: relationName(relation), alias, renamed: relation.alias?.colnames !== undefined };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
