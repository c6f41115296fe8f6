import type { Node, SelectStmt } from '@pgsql/types';
import { loadModule, parseSync } from 'libpg-query';
import { deparseSync } from 'pgsql-deparser';
import { selectOf } from './tree.ts';

// The parser is WebAssembly: loaded once, before anything parses.
await loadModule();

/** The statements of a text as parse trees. Throws libpg-query's SqlError with a cursor position. */
export function parseStatements(sql: string): Node[] {
  return (parseSync(sql).stmts ?? []).flatMap((entry) => (entry.stmt ? [entry.stmt] : []));
}

/** Parses one select. */
export function parseSelect(sql: string): SelectStmt {
  const select = selectOf(parseStatements(sql)[0]);
  if (!select) throw new TypeError(`not a select: ${sql.slice(0, 80)}`);
  return select;
}

/** Parses one scalar expression. */
export function parseExpression(sql: string): Node {
  const target = parseSelect(`select ${sql}`).targetList?.[0];
  const value = target && 'ResTarget' in target ? target.ResTarget.val : undefined;
  if (!value) throw new TypeError(`not an expression: ${sql.slice(0, 80)}`);
  return value;
}

/** PostgreSQL text of a tree (never sent to RisingWave: deparsing rewrites intervals and loses quotes). */
export function printNode(node: Node): string {
  return deparseSync(node);
}

export function printSelect(select: SelectStmt): string {
  return deparseSync({ SelectStmt: select });
}

/** PostgreSQL text of an expression. */
export function printExpression(node: Node): string {
  return deparseSync(node).trim();
}
