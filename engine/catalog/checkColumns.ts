import type { Node, SelectStmt } from '@pgsql/types';
import {
  type ColumnsOf,
  itemAlias,
  outputColumns,
  type SourceColumn,
  sourceColumns,
} from '../sql/columns.ts';
import { columnPath, isTree, pick, selectOf, textOf, walk } from '../sql/tree.ts';
import type { Catalog } from './catalog.ts';
import { suggestName } from './nearest.ts';
import type { CatalogObject } from './object.ts';
import type { SqlProblem } from './problem.ts';
import { lineAt } from './statement.ts';

/** What a name in a block may stand for. */
interface Scope {
  readonly columns: readonly SourceColumn[];
  readonly aliases: readonly string[];
  /** FROM has something whose columns are not known here, such as a function. */
  readonly isOpen: boolean;
}

/** PostgreSQL gives these to every table. */
const SYSTEM = new Set(['ctid', 'tableoid', 'xmin', 'xmax']);

/** Columns that a view names and that what it reads does not have. PostgreSQL would say so too, but not in which file and line. */
export function checkColumns(object: CatalogObject, catalog: Catalog): SqlProblem[] {
  if (!object.query) return [];
  const problems: SqlProblem[] = [];
  checkBlock(object.query, [], new Map(), { catalog, object, problems });
  return problems;
}

interface Check {
  readonly catalog: Catalog;
  readonly object: CatalogObject;
  readonly problems: SqlProblem[];
}

type Ctes = ReadonlyMap<string, readonly string[]>;

function checkBlock(select: SelectStmt, outer: readonly Scope[], known: Ctes, check: Check): void {
  const ctes = new Map(known);
  const columnsOf: ColumnsOf = (name) => ctes.get(name) ?? check.catalog.columnsOf(name);
  for (const item of select.withClause?.ctes ?? []) {
    const cte = pick(item, 'CommonTableExpr');
    const query = selectOf(cte?.ctequery);
    if (!cte?.ctename || !query) continue;
    checkBlock(query, outer, ctes, check);
    const names = outputColumns(query, columnsOf);
    ctes.set(
      cte.ctename,
      names.map((name, index) => textOf(cte.aliascolnames?.[index]) || name),
    );
  }
  if (select.larg && select.rarg) {
    checkBlock(select.larg, outer, ctes, check);
    checkBlock(select.rarg, outer, ctes, check);
    return;
  }
  const from = select.fromClause ?? [];
  const items = from.flatMap(joinedItems);
  const scope: Scope = {
    columns: sourceColumns(from, columnsOf),
    aliases: items.map(itemAlias),
    isOpen: items.some((item) => !pick(item, 'RangeVar') && !pick(item, 'RangeSubselect')),
  };
  const scopes = [scope, ...outer];
  for (const item of items) {
    const subselect = pick(item, 'RangeSubselect');
    const query = selectOf(subselect?.subquery);
    if (query) checkBlock(query, subselect?.lateral ? scopes : outer, ctes, check);
  }
  const named = outputColumns(select, columnsOf);
  const visit = (part: unknown, alsoNamed: readonly string[]): void =>
    eachReference(part, {
      column: (path, location) => checkPath(path, location, scopes, alsoNamed, check),
      select: (query) => checkBlock(query, scopes, ctes, check),
    });
  for (const item of from) eachCondition(item, (quals) => visit(quals, []));
  visit([select.targetList, select.whereClause, select.windowClause], []);
  visit([select.groupClause, select.havingClause, select.sortClause, select.distinctClause], named);
}

/** FROM items without the joins around them. */
function joinedItems(item: Node): Node[] {
  const join = pick(item, 'JoinExpr');
  return join?.larg && join.rarg ? [...joinedItems(join.larg), ...joinedItems(join.rarg)] : [item];
}

function eachCondition(item: Node, visit: (quals: unknown) => void): void {
  const join = pick(item, 'JoinExpr');
  if (!join) return;
  visit({ quals: join.quals });
  for (const side of [join.larg, join.rarg]) if (side) eachCondition(side, visit);
}

interface Visitor {
  readonly column: (path: readonly string[], location: number) => void;
  readonly select: (query: SelectStmt) => void;
}

function eachReference(part: unknown, visitor: Visitor): void {
  walk({ part }, (key, node) => {
    if (key === 'SelectStmt') visitor.select(node as SelectStmt);
    if (key === 'ColumnRef' && isTree(node))
      visitor.column(columnPath({ ColumnRef: node }) ?? [], Number(node.location ?? 0));
    return key !== 'SelectStmt' && key !== 'ColumnRef';
  });
}

function checkPath(
  path: readonly string[],
  location: number,
  scopes: readonly Scope[],
  named: readonly string[],
  check: Check,
): void {
  const name = path.at(-1) ?? '';
  const alias = path.length > 1 ? (path.at(-2) ?? '') : null;
  if (name === '*' || SYSTEM.has(name) || path.length > 2) return;
  const report = (message: string, others: readonly string[]): void => {
    const { object } = check;
    const line = lineAt(object.statement.text, object.statement.offset + location);
    check.problems.push({
      file: object.file,
      line,
      code: 'unknown-column',
      message,
      suggestion: suggestName(name, others),
    });
  };
  if (alias === null) {
    if (
      named.includes(name) ||
      scopes.some(
        (scope) =>
          scope.isOpen ||
          scope.aliases.includes(name) ||
          scope.columns.some((column) => column.name === name),
      )
    )
      return;
    report(
      `nothing that '${check.object.name}' reads here has a column '${name}'`,
      scopes.flatMap((scope) => scope.columns.map((column) => column.name)),
    );
    return;
  }
  const scope = scopes.find((candidate) => candidate.aliases.includes(alias));
  if (!scope && scopes.some((candidate) => candidate.isOpen)) return;
  // Columns merged by USING stand for those of both sides.
  const there = (scope?.columns ?? []).filter((column) => column.source === alias || column.source === '');
  if (!scope)
    report(
      `'${alias}.${name}': nothing here is called '${alias}'`,
      scopes.flatMap((candidate) => candidate.aliases),
    );
  else if (!there.some((column) => column.name === name) && !scope.isOpen)
    report(
      `'${alias}' has no column '${name}'`,
      there.map((column) => column.name),
    );
}
