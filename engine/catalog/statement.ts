import { type ScanToken, scanSync } from 'libpg-query';

/**
 * One file of `sql/`, read by its tokens: the comment block that opens it, the statement, and the clauses that RisingWave has
 * and the PostgreSQL parser can't read, cut off and kept.
 */
export interface Statement {
  /** The whole file. */
  readonly text: string;
  /** Lines of the opening comment block, without `--`. */
  readonly header: readonly string[];
  /** The statement as RisingWave takes it, without header and final semicolon. */
  readonly body: string;
  /** The statement as PostgreSQL's parser takes it; the same bytes as `body` up to the first cut. */
  readonly parsable: string;
  /** Byte offset of `body` in the file: locations in the parse tree count from here. */
  readonly offset: number;
  /** `on conflict do nothing` was stated. */
  readonly keepsFirst: boolean;
  /** Options of `with (connector = …)`. */
  readonly options: ReadonlyMap<string, string>;
  /** Tokens of the body, comments included; offsets in bytes of the file. */
  readonly tokens: readonly ScanToken[];
}

/** Clauses after the closing parenthesis of a create table that only RisingWave reads. */
const TABLE_TAIL = new Set(['on', 'with', 'format', 'include', 'append', 'watermark', 'from']);

export function isComment(token: ScanToken): boolean {
  return token.tokenName === 'SQL_COMMENT' || token.tokenName === 'C_COMMENT';
}

/** Line of a byte offset, counted from 1. */
export function lineAt(text: string, offset: number): number {
  return Buffer.from(text).subarray(0, Math.max(0, offset)).toString().split('\n').length;
}

/** Index of the token that closes the parenthesis opened at `open`. */
export function closing(tokens: readonly ScanToken[], open: number): number {
  let depth = 0;
  for (let index = open; index < tokens.length; index++) {
    if (tokens[index]?.text === '(') depth++;
    if (tokens[index]?.text === ')' && --depth === 0) return index;
  }
  return tokens.length - 1;
}

function word(token: ScanToken | undefined): string {
  return token?.text.toLowerCase() ?? '';
}

/** Reads `( a.b.c = 'value', … )` starting at the opening parenthesis. */
function readOptions(tokens: readonly ScanToken[], open: number): Map<string, string> {
  const options = new Map<string, string>();
  const end = closing(tokens, open);
  let name = '';
  for (let index = open + 1; index < end; index++) {
    const token = tokens[index];
    if (!token || token.text === ',') {
      name = '';
    } else if (token.text === '=') {
      const value = tokens[++index]?.text ?? '';
      options.set(name, value.replace(/^'|'$/g, '').replaceAll("''", "'"));
    } else {
      name += token.text;
    }
  }
  return options;
}

/** Where the part that only RisingWave reads begins: an index into `code`, or its length. */
function tailOfTable(code: readonly ScanToken[]): number {
  const open = code.findIndex((token) => token.text === '(');
  if (open < 0) return code.length;
  const after = closing(code, open) + 1;
  return TABLE_TAIL.has(word(code[after])) ? after : code.length;
}

/** Splits a file. Throws what the scanner throws on text that is not SQL at all (an open quote, say). */
export function readStatement(text: string): Statement {
  const bytes = Buffer.from(text);
  const all = scanSync(text).tokens;
  const first = all.findIndex((token) => !isComment(token));
  const start = first < 0 ? bytes.length : (all[first]?.start ?? 0);
  const header = text
    .slice(0, bytes.subarray(0, start).toString().length)
    .split('\n')
    .filter((line) => line.startsWith('--'))
    .map((line) => line.replace(/^--\s?/, ''));
  const tokens = first < 0 ? [] : all.slice(first);
  const code = tokens.filter((token) => !isComment(token) && token.text !== ';');
  const isTable = word(code[0]) === 'create' && word(code[1]) === 'table';
  const cut = isTable ? tailOfTable(code) : code.length;
  const tail = code.slice(cut);
  const withAt = tail.findIndex((token, index) => word(token) === 'with' && tail[index + 1]?.text === '(');
  const lastCode = code[code.length - 1];
  const lastKept = code[cut - 1];
  return {
    text,
    header,
    body: bytes.subarray(start, lastCode?.end ?? start).toString(),
    parsable: bytes.subarray(start, lastKept?.end ?? start).toString(),
    offset: start,
    keepsFirst: tail.map(word).join(' ').startsWith('on conflict do nothing'),
    options: withAt < 0 ? new Map() : readOptions(tail, withAt + 1),
    tokens,
  };
}
