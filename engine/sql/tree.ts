import type { Node, RangeVar, SelectStmt } from '@pgsql/types';

/** Anything found in a parse tree. */
export type Tree = Readonly<Record<string, unknown>>;

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Visits every object of a parse tree, parents first; `enter` returns false to leave a branch out. */
export function walk(value: unknown, enter: (key: string, node: Tree) => boolean): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, enter);
    return;
  }
  if (!isTree(value)) return;
  for (const [key, child] of Object.entries(value)) {
    if (isTree(child) && !enter(key, child)) continue;
    walk(child, enter);
  }
}

/** The node of kind `K`, or undefined. */
export function pick<K extends string>(
  node: Node | undefined,
  kind: K,
): Extract<Node, Record<K, unknown>>[K] | undefined {
  const found = node as Record<string, unknown> | undefined;
  return found?.[kind] as Extract<Node, Record<K, unknown>>[K] | undefined;
}

/** The select statement inside a node. */
export function selectOf(node: Node | undefined): SelectStmt | undefined {
  return pick(node, 'SelectStmt');
}

/** Text of a String node. */
export function textOf(node: Node | undefined): string {
  return pick(node, 'String')?.sval ?? '';
}

/** Names of a column reference: `['c', 'open']`, `['open']`, `['c', '*']`; null when it is something else. */
export function columnPath(node: Node | undefined): readonly string[] | null {
  const reference = pick(node, 'ColumnRef');
  if (!reference) return null;
  return (reference.fields ?? []).map((field) => (pick(field, 'A_Star') ? '*' : textOf(field)));
}

/** The last part of a possibly qualified function name. */
export function functionName(name: readonly Node[] | undefined): string {
  return textOf(name?.[name.length - 1]).toLowerCase();
}

/** Name of a relation in FROM, with its schema when one was written. */
export function relationName(relation: RangeVar): string {
  return relation.schemaname ? `${relation.schemaname}.${relation.relname ?? ''}` : (relation.relname ?? '');
}

/** Text that is equal for equal trees, whatever their place in the file. */
export function treeKey(value: unknown): string {
  return JSON.stringify(value, (key, item: unknown) =>
    /^(location|stmt_len|stmt_location|rexpr_list_\w+|list_\w+)$/.test(key) ? undefined : item,
  );
}

/** A copy in which `replace` may swap any node; a node it returns is not visited again. */
export function rewrite(node: Node, replace: (node: Node) => Node | null): Node {
  const swapped = replace(node);
  return swapped ?? (copyChildren(node, replace) as Node);
}

function copyChildren(value: unknown, replace: (node: Node) => Node | null): unknown {
  if (Array.isArray(value)) return value.map((item) => copyValue(item, replace));
  if (!isTree(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, copyValue(child, replace)]));
}

/** Nodes are objects with one capitalised key; everything else is a plain field holder. */
export function isNode(value: unknown): value is Node {
  if (!isTree(value)) return false;
  const keys = Object.keys(value);
  return keys.length === 1 && /^[A-Z]/.test(keys[0] ?? '');
}

function copyValue(value: unknown, replace: (node: Node) => Node | null): unknown {
  return isNode(value) ? rewrite(value, replace) : copyChildren(value, replace);
}

/** Copies a select, rewriting its nodes. */
export function rewriteSelect(select: SelectStmt, replace: (node: Node) => Node | null): SelectStmt {
  return copyChildren(select, replace) as SelectStmt;
}
