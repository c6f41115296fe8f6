import type { Alias, Node, RangeSubselect, SelectStmt } from '@pgsql/types';
import { pick, relationName, rewriteSelect, selectOf, textOf } from './tree.ts';

/** What a name in FROM stands for: a stored relation, or the text of a plain view. */
export type Resolve = (name: string) => { readonly stored: true } | { readonly query: SelectStmt } | null;

interface Scope {
  readonly resolve: Resolve;
  /** CTEs in sight, already expanded. */
  readonly ctes: ReadonlyMap<string, { readonly query: SelectStmt; readonly columns: readonly Node[] }>;
}

/**
 * Puts CTEs and plain views in place of their names, so that what is left reads stored relations only and every occurrence
 * of one is a leaf of its own. The result means the same: neither has a side effect.
 */
export function expandQuery(select: SelectStmt, resolve: Resolve): SelectStmt {
  return expand(select, { resolve, ctes: new Map() });
}

function expand(select: SelectStmt, outer: Scope): SelectStmt {
  const ctes = new Map(outer.ctes);
  const scope: Scope = { resolve: outer.resolve, ctes };
  for (const entry of select.withClause?.ctes ?? []) {
    const cte = pick(entry, 'CommonTableExpr');
    const query = selectOf(cte?.ctequery);
    if (cte?.ctename && query) {
      ctes.set(cte.ctename, { query: expand(query, scope), columns: cte.aliascolnames ?? [] });
    }
  }
  const { withClause: _, ...rest } = select;
  const sides = {
    ...(rest.larg ? { larg: expand(rest.larg, scope) } : {}),
    ...(rest.rarg ? { rarg: expand(rest.rarg, scope) } : {}),
  };
  const { larg: _l, rarg: _r, ...own } = rest;
  return { ...rewriteSelect(own, (node) => replaceNode(node, scope)), ...sides };
}

function replaceNode(node: Node, scope: Scope): Node | null {
  const nested = selectOf(node);
  if (nested) return { SelectStmt: expand(nested, scope) };
  const relation = pick(node, 'RangeVar');
  if (!relation) return null;
  const name = relationName(relation);
  const cte = relation.schemaname ? undefined : scope.ctes.get(name);
  // Copied, since rules know each occurrence of a relation by its node: a CTE that is read twice is two of them.
  if (cte)
    return asSubselect(
      rewriteSelect(cte.query, () => null),
      relation.alias,
      name,
      cte.columns,
    );
  const found = scope.resolve(name);
  if (found && 'query' in found) {
    return asSubselect(
      expand(found.query, { resolve: scope.resolve, ctes: new Map() }),
      relation.alias,
      name,
      [],
    );
  }
  return null;
}

function asSubselect(
  query: SelectStmt,
  alias: Alias | undefined,
  name: string,
  columns: readonly Node[],
): Node {
  const colnames = alias?.colnames ?? (columns.length > 0 ? [...columns] : undefined);
  const subselect: RangeSubselect = {
    subquery: { SelectStmt: query },
    alias: { aliasname: alias?.aliasname ?? name, ...(colnames ? { colnames } : {}) },
  };
  return { RangeSubselect: subselect };
}

/** Names read by a query, as written, CTEs left out; in order of first use. */
export function relationsOf(select: SelectStmt): string[] {
  const names: string[] = [];
  collect(select, new Set(), names);
  return [...new Set(names)];
}

function collect(select: SelectStmt, ctes: ReadonlySet<string>, names: string[]): void {
  const bound = new Set(ctes);
  for (const entry of select.withClause?.ctes ?? []) {
    const cte = pick(entry, 'CommonTableExpr');
    const query = selectOf(cte?.ctequery);
    if (query) collect(query, bound, names);
    if (cte?.ctename) bound.add(cte.ctename);
  }
  if (select.larg) collect(select.larg, bound, names);
  if (select.rarg) collect(select.rarg, bound, names);
  const { withClause: _, larg: _l, rarg: _r, ...own } = select;
  rewriteSelect(own, (node) => {
    const nested = selectOf(node);
    if (nested) collect(nested, bound, names);
    const relation = pick(node, 'RangeVar');
    if (relation && (relation.schemaname || !bound.has(relation.relname ?? '')))
      names.push(relationName(relation));
    return nested ? node : null;
  });
}

/** The names a FROM item's alias gives to its columns, if it renames them. */
export function aliasColumns(alias: Alias | undefined): readonly string[] {
  return (alias?.colnames ?? []).map(textOf);
}
