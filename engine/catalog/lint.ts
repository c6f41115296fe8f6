import type { ScanToken } from 'libpg-query';
import { columnPath, pick, relationName, walk } from '../sql/tree.ts';
import type { Catalog } from './catalog.ts';
import type { CatalogObject } from './object.ts';
import type { SqlProblem } from './problem.ts';
import { isComment, lineAt } from './statement.ts';

/** Longest line of a statement; a comment beside a column may go beyond it. */
const LINE_LENGTH = 200;

/** The house style of `sql/`, which no database asks for: what `tickwave check` reports beyond errors. */
export function lintCatalog(catalog: Catalog): SqlProblem[] {
  return catalog.objects
    .filter((object) => object.kind !== 'function')
    .flatMap((object) => lintObject(object));
}

function lintObject(object: CatalogObject): SqlProblem[] {
  return [
    ...upperCase(object),
    ...uncommented(object),
    ...stars(object),
    ...longLines(object),
    ...ungrained(object),
  ];
}

function problem(
  object: CatalogObject,
  line: number,
  code: string,
  message: string,
  suggestion: string,
): SqlProblem {
  return { file: object.file, line, code, message, suggestion };
}

function lineOf(object: CatalogObject, token: ScanToken): number {
  return lineAt(object.statement.text, token.start);
}

/** Keywords and names in lower case; what stands in quotes is left alone. */
function upperCase(object: CatalogObject): SqlProblem[] {
  const token = object.statement.tokens.find(
    (item) => !isComment(item) && /^[A-Za-z_]*[A-Z][A-Za-z_]*$/.test(item.text),
  );
  if (!token) return [];
  return [
    problem(
      object,
      lineOf(object, token),
      'lower-case',
      `'${token.text}' is in upper case`,
      `write ${token.text.toLowerCase()}: sql/ is in lower case throughout`,
    ),
  ];
}

function uncommented(object: CatalogObject): SqlProblem[] {
  return object.columns
    .filter((column) => column.comment === '')
    .map((column) =>
      problem(
        object,
        lineAt(object.statement.text, object.statement.offset),
        'comment',
        `column '${column.name}' has no explanation beside it`,
        'end its line with -- and what it is, with its unit',
      ),
    );
}

/** `select *` over a relation makes the columns of one file depend on another in silence. */
function stars(object: CatalogObject): SqlProblem[] {
  const problems: SqlProblem[] = [];
  walk(object.query, (key, node) => {
    if (key !== 'SelectStmt') return true;
    const select = pick({ SelectStmt: node }, 'SelectStmt');
    const relation = (select?.fromClause ?? [])
      .map((item) => pick(item, 'RangeVar'))
      .find((item) => item !== undefined);
    const star = (select?.targetList ?? [])
      .map((item) => pick(item, 'ResTarget'))
      .find((item) => columnPath(item?.val)?.at(-1) === '*');
    if (relation && star && object.inputs.includes(relationName(relation))) {
      const line = lineAt(object.statement.text, object.statement.offset + (star.location ?? 0));
      problems.push(
        problem(
          object,
          line,
          'star',
          `select * from ${relationName(relation)}`,
          'name the columns, so that a new one there does not change this view',
        ),
      );
    }
    return true;
  });
  return problems;
}

function longLines(object: CatalogObject): SqlProblem[] {
  const index = object.statement.text
    .split('\n')
    .findIndex((line) => line.replace(/\s*--.*$/, '').length > LINE_LENGTH);
  if (index < 0) return [];
  return [
    problem(
      object,
      index + 1,
      'line-length',
      `a line of more than ${LINE_LENGTH} characters`,
      'break it: one column a line, CTEs named after what they do',
    ),
  ];
}

/** Plain views state their grain too: whoever joins them has to know it. */
function ungrained(object: CatalogObject): SqlProblem[] {
  if (object.key.length > 0 || object.kind === 'sink') return [];
  return [
    problem(
      object,
      1,
      'grain',
      `'${object.name}' states no grain`,
      "add a header line such as '-- grain: exchange, symbol'",
    ),
  ];
}
