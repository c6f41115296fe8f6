import type { CreateStmt, Node, SelectStmt } from '@pgsql/types';
import { hasSqlDetails, type ScanToken } from 'libpg-query';
import { relationsOf } from '../sql/expand.ts';
import { parseStatements, printNode } from '../sql/parse.ts';
import { pick, selectOf, textOf } from '../sql/tree.ts';
import { type Header, readHeader } from './header.ts';
import type { CatalogObject, Column, Dialect, ObjectKind } from './object.ts';
import type { SqlProblem } from './problem.ts';
import { isComment, lineAt, readStatement, type Statement } from './statement.ts';

type Read = { readonly object: CatalogObject } | { readonly problem: SqlProblem };

function dialectOf(file: string): Dialect {
  if (file.endsWith('.postgres.sql')) return 'postgres';
  return file.endsWith('.risingwave.sql') ? 'risingwave' : 'both';
}

/** Reads one file; `columns` of views are filled in later, when their inputs are known. */
export function readObject(file: string, text: string): Read {
  const problem = (line: number, code: string, message: string, suggestion: string): Read => ({
    problem: { file, line, code, message, suggestion },
  });
  let statement: Statement;
  try {
    statement = readStatement(text);
  } catch (error) {
    return problem(
      1,
      'syntax',
      (error as Error).message,
      'check quotes and comments: the text could not be split into words',
    );
  }
  const { header, problems } = readHeader(statement.header);
  if (problems[0]) return problem(1, 'header', problems[0], 'see docs/sql.md for the header');
  const layer = file.split('/')[0] ?? '';
  const base = { file, layer, dialect: dialectOf(file), header, statement };
  const words = statement.body.toLowerCase();
  const sink = /^create\s+sink\s+(\w+)\s+from\s+(\w+)/.exec(words);
  if (sink) {
    return {
      object: {
        ...base,
        name: sink[1] ?? '',
        kind: 'sink',
        columns: [],
        key: [],
        inputs: [sink[2] ?? ''],
        query: null,
      },
    };
  }
  // A function's text belongs to its engine: JavaScript bodies and plpgsql are not for this parser, and a file may define several.
  const routine = /create\s+(?:or\s+replace\s+)?(?:function|aggregate)\s+(\w+)/.exec(words);
  if (base.dialect !== 'both' && routine) {
    const name = (file.split('/').pop() ?? '').replace(/\.(postgres|risingwave)\.sql$/, '');
    return { object: { ...base, name, kind: 'function', columns: [], key: [], inputs: [], query: null } };
  }
  return readRelation(base, problem);
}

type Base = Pick<CatalogObject, 'file' | 'layer' | 'dialect' | 'statement'> & { readonly header: Header };

function readRelation(
  base: Base,
  problem: (line: number, code: string, message: string, hint: string) => Read,
): Read {
  const { statement, header } = base;
  const start = lineAt(statement.text, statement.offset);
  let trees: Node[];
  try {
    trees = parseStatements(statement.parsable);
  } catch (error) {
    const at = hasSqlDetails(error) ? (error.sqlDetails?.cursorPosition ?? 0) : 0;
    const line = start + statement.parsable.slice(0, at).split('\n').length - 1;
    return problem(
      line,
      'syntax',
      (error as Error).message,
      'the statement does not parse; look just before this place',
    );
  }
  const tree = trees[0];
  if (!tree || trees.length > 1) {
    return problem(
      start,
      'one-object',
      `${trees.length} statements in one file`,
      'keep one object a file, named after it',
    );
  }
  const table = pick(tree, 'CreateStmt');
  if (table) {
    return {
      object: {
        ...base,
        name: table.relation?.relname ?? '',
        kind: 'table',
        columns: tableColumns(table, statement),
        key: primaryKey(table),
        inputs: [],
        query: null,
      },
    };
  }
  const view = pick(tree, 'ViewStmt');
  const stored = pick(tree, 'CreateTableAsStmt');
  const query = selectOf(view?.query ?? stored?.query);
  const name = view?.view?.relname ?? stored?.into?.rel?.relname ?? '';
  if (!query || (stored && stored.objtype !== 'OBJECT_MATVIEW')) {
    return problem(
      start,
      'kind',
      'this statement has no place in sql/',
      'use create table, view, materialized view, sink or a function file',
    );
  }
  const kind: ObjectKind = view ? 'view' : 'materialized view';
  return {
    object: { ...base, name, kind, columns: [], key: header.grain, inputs: relationsOf(query), query },
  };
}

function tableColumns(table: CreateStmt, statement: Statement): Column[] {
  const items = (table.tableElts ?? [])
    .map((item) => pick(item, 'ColumnDef'))
    .filter((item) => item !== undefined);
  const comments = commentsAfter(
    statement,
    items.map((item) => item.location ?? 0),
  );
  return items.map((item, index) => ({
    name: item.colname ?? '',
    comment: comments[index] ?? '',
    type: item.typeName ? printNode({ TypeName: item.typeName }) : null,
  }));
}

function primaryKey(table: CreateStmt): string[] {
  for (const item of table.tableElts ?? []) {
    const constraint = pick(item, 'Constraint');
    if (constraint?.contype === 'CONSTR_PRIMARY') return (constraint.keys ?? []).map(textOf);
  }
  const inline = (table.tableElts ?? []).find((item) =>
    pick(item, 'ColumnDef')?.constraints?.some(
      (entry) => pick(entry, 'Constraint')?.contype === 'CONSTR_PRIMARY',
    ),
  );
  const name = pick(inline, 'ColumnDef')?.colname;
  return name ? [name] : [];
}

/** The first select of a union: the one whose items name and explain the columns. */
export function firstBranch(query: SelectStmt): SelectStmt {
  return query.larg ? firstBranch(query.larg) : query;
}

/** The line comment that stands behind each item: the first one after its start, before the next item's start. */
export function commentsAfter(statement: Statement, starts: readonly number[]): string[] {
  const comments = statement.tokens.filter((token) => isComment(token) && token.text.startsWith('--'));
  return starts.map((start, index) => {
    const from = start + statement.offset;
    const next = starts[index + 1];
    const to = next === undefined ? endOfItem(statement, from) : next + statement.offset;
    const found = comments.find((comment) => comment.start > from && comment.start < to);
    return found ? found.text.replace(/^--\s?/, '').trim() : '';
  });
}

/** Where the last item ends: at the end of the line on which the list does (`from`, or the next bracket at its level). */
function endOfItem(statement: Statement, from: number): number {
  let depth = 0;
  let end = Number.MAX_SAFE_INTEGER;
  for (const token of statement.tokens) {
    if (token.start < from || isComment(token)) continue;
    if (token.text === '(') depth++;
    if (token.text === ')' && --depth < 0) end = token.start;
    if (depth === 0 && /^(from|union|group|where|primary)$/i.test(token.text) && token.start > from)
      end = token.start;
    if (end !== Number.MAX_SAFE_INTEGER) break;
  }
  return end;
}

/** For messages: the line on which a word of the statement stands. */
export function lineOfWord(object: Pick<CatalogObject, 'statement'>, word: string): number {
  const token: ScanToken | undefined = object.statement.tokens.find(
    (item) => item.text.toLowerCase() === word.toLowerCase(),
  );
  return lineAt(object.statement.text, token?.start ?? object.statement.offset);
}
