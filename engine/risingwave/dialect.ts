import type { Node } from '@pgsql/types';
import { scanSync } from 'libpg-query';
import { closing, isComment, readStatement } from '../catalog/statement.ts';
import { parseStatements } from '../sql/parse.ts';
import { pick, type Tree, textOf, walk } from '../sql/tree.ts';
import { checkNode } from './dialect/expressions.ts';
import { checkForm, checkRoutine } from './dialect/forms.ts';
import { type DialectProblem, type Report, rejected, unshown } from './dialect/problem.ts';
import { checkViewNode } from './dialect/queries.ts';
import { checkRead } from './dialect/reads.ts';
import { EXPRESSION_WORDS, SHOWN_FORMS } from './dialect/words.ts';

export type { DialectProblem } from './dialect/problem.ts';

/**
 * What of one statement RisingWave rejects, or was not seen to take. Nothing is guessed: only what was tried on RisingWave 2.8.5
 * passes without a word.
 */
export function checkDialect(sql: string): DialectProblem[] {
  const text = plainText(sql);
  const problems = [...checkForm(text), ...checkTokens(sql)];
  if (problems.length > 0 || SHOWN_FORMS.some((form) => form.test(text))) return problems;
  if (/^create (or replace )?(function|aggregate)\b/.test(text)) return checkRoutine(text);
  const statement = readStatement(sql);
  if (/^create table\b/.test(text))
    problems.push(...checkTable(statement.body.slice(statement.parsable.length)));
  try {
    for (const tree of parseStatements(statement.parsable))
      problems.push(...checkTree(tree, statement.parsable));
  } catch (error) {
    problems.push(
      unshown(
        'form',
        `the statement has a form that was not seen to work: ${(error as Error).message}`,
        'see docs/risingwave.md',
      ),
    );
  }
  return problems;
}

/** In lower case, one space wide, without comments and the final semicolon. */
function plainText(sql: string): string {
  if (sql.trim() === '') return '';
  const bytes = Buffer.from(sql);
  let end = 0;
  const parts = scanSync(sql)
    .tokens.filter((token) => !isComment(token))
    .map((token) => {
      const gap = token.start > end && end > 0 ? ' ' : '';
      end = token.end;
      return gap + bytes.subarray(token.start, token.end).toString().toLowerCase();
    });
  return parts.join('').replace(/\s+/g, ' ').replace(/\s*;$/, '').trim();
}

/** `timestamptz '…'`: the tree does not tell it from `'…'::timestamptz`. */
function checkTokens(sql: string): DialectProblem[] {
  const tokens = scanSync(sql).tokens.filter((token) => !isComment(token));
  return tokens.flatMap((token, index) => {
    const next = tokens[index + 1];
    const type = /^(timestamptz|timestamp|zone)$/i.test(token.text);
    const within = tokens[index - 1]?.text === '::';
    return type && !within && next?.tokenName === 'SCONST'
      ? [
          rejected(
            'time-literal',
            `${token.text} ${next.text} is not read`,
            `write ${next.text}::timestamptz`,
            token.start,
          ),
        ]
      : [];
  });
}

/** What stands behind the columns of a table. */
function checkTable(tail: string): DialectProblem[] {
  const rest = plainText(tail)
    .replace(/^on conflict do nothing\b ?/, '')
    .replace(/^(include (key|partition|offset|timestamp) as \w+ ?)+/, '');
  if (rest === '') return [];
  const tokens = scanSync(rest).tokens;
  const open = tokens.findIndex((token) => token.text === '(');
  const after = rest.slice(tokens[closing(tokens, open)]?.end ?? 0).trim();
  const kafka =
    /^with \(/.test(rest) && /connector = 'kafka'/.test(rest) && after === 'format plain encode json';
  return kafka
    ? []
    : [
        unshown(
          'table-options',
          'these options of a table were not seen to work',
          'see sql/landing/trades.sql',
        ),
      ];
}

/** Statements whose trees are looked at; others were not seen to work. */
const SHOWN_STATEMENTS =
  /^(SelectStmt|InsertStmt|CreateStmt|ViewStmt|CreateTableAsStmt|CommentStmt|UpdateStmt|DeleteStmt|IndexStmt)$/;

function checkTree(tree: Node, sql: string): DialectProblem[] {
  const bytes = Buffer.from(sql);
  const problems: DialectProblem[] = [];
  const report = (problem: DialectProblem): void => void problems.push(problem);
  const kind = Object.keys(tree)[0] ?? '';
  if (!SHOWN_STATEMENTS.test(kind))
    report(unshown('statement', `${kind} was not seen to work`, 'see docs/risingwave.md'));
  if (pick(tree, 'InsertStmt')?.onConflictClause)
    report(
      rejected(
        'on-conflict',
        'insert … on conflict is not there',
        'the table says it: on conflict do nothing behind its columns; without it the new row overwrites',
      ),
    );
  if (kind === 'IndexStmt') report(unshown('index', 'an index was not seen to work', 'leave it out'));
  const view = kind === 'ViewStmt' || kind === 'CreateTableAsStmt';
  // The statement as the child of nothing, so that its own node is visited too.
  walk({ ...tree }, (key, node) => {
    checkNode(key, node, report);
    checkRead(key, node, report);
    if (key === 'ColumnRef') checkWord(node, bytes, report);
    if (view) checkViewNode(key, node, report);
    if (key === 'withClause' && node.recursive === true)
      report(rejected('recursive', 'there are no recursive CTEs', 'take a window over a bounded frame'));
    return true;
  });
  return problems;
}

/** A column that is called as a form of expression begins: by its source, RisingWave's parser waits for the rest of it. */
function checkWord(node: Tree, sql: Buffer, report: Report): void {
  const { fields = [], location = 0 } = node as { fields?: Node[]; location?: number };
  const name = textOf(fields[0]);
  if (fields.length !== 1 || !EXPRESSION_WORDS.has(name) || sql[location] === QUOTE) return;
  report(
    unshown(
      'word',
      `the column ${name} is read there as the beginning of ${name}(…)`,
      `write "${name}"`,
      location,
    ),
  );
}

const QUOTE = '"'.charCodeAt(0);
