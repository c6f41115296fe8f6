import { type DialectProblem, rejected } from './problem.ts';

/** What the first words of a statement already tell: `[form, code, why, instead]`. Texts are in lower case, one space wide. */
const REJECTED_FORMS: readonly (readonly [RegExp, string, string, string])[] = [
  [
    /\bignore nulls\b/,
    'ignore-nulls',
    'ignore nulls after the parenthesis is no syntax there, and PostgreSQL has it nowhere',
    'take last_known(x)',
  ],
  [
    /^create or replace (materialized )?view\b/,
    'replace-view',
    'create or replace view is not there',
    'create the view under another name and swap',
  ],
  [
    /^create (or replace )?(constraint )?trigger\b/,
    'trigger',
    'there are no triggers',
    'follow changes by a subscription',
  ],
  [
    /^create (local |global )?temp(orary)? /,
    'temporary',
    'there are no temporary tables',
    'write one statement, or send the rows as JSON',
  ],
  [/^create unique index\b/, 'unique-index', 'an index can not be unique', 'state a primary key'],
  [
    /^alter schema \w+ swap with\b/,
    'swap-schema',
    'alter schema … swap with parses and does nothing',
    'swap each object',
  ],
  [
    /^drop database .*\bcascade$/,
    'drop-database',
    'drop database … cascade is not there',
    'drop what is in it first',
  ],
  [
    /^comment on (materialized )?view\b/,
    'comment-view',
    'comments are kept of tables only',
    'the tables catalog and catalog_columns hold them',
  ],
  [
    /^grant \w+ on (?!schema\b|all\b|view\b|materialized view\b)/,
    'grant-name',
    'a right on a view is not found by its plain name',
    'write grant select on view v, or on materialized view v',
  ],
  [
    /^(begin(?! read only$)|start transaction|savepoint\b)/,
    'transaction',
    'begin is accepted and does nothing: each write stands alone',
    'order writes so that the next run repairs a crash between two; only begin read only is real',
  ],
  [
    /^set (local )?statement_timeout (=|to) '?\d+'?$/,
    'timeout-unit',
    'statement_timeout wants a unit',
    "write set statement_timeout = '5s'",
  ],
  [
    /^set (local )?timezone (=|to) (?!'utc'$)/,
    'timezone',
    'times are kept and read in UTC',
    "write set timezone = 'UTC'",
  ],
  [/^with recursive\b/, 'recursive', 'there are no recursive CTEs', 'take a window over a bounded frame'],
  [/^(listen|notify|unlisten)\b/, 'notify', 'there is no NOTIFY', 'follow changes by a subscription'],
  [/^copy\b/, 'copy', 'there is no COPY', 'send rows as JSON in one insert'],
  [/^lock\b/, 'lock', 'there are no locks', 'take a lease: a row with an owner and an end'],
];

/** Problems of a text with one space between its words, in lower case, comments taken out. */
export function checkForm(text: string): DialectProblem[] {
  // What a string says is no SQL.
  const code = text.replace(/'(?:[^']|'')+'/g, (string) => (string.length > 40 ? "''" : string));
  const problems = REJECTED_FORMS.filter(([form]) => form.test(code)).map(([, code, message, suggestion]) =>
    rejected(code, message, suggestion),
  );
  if (/^create table\b/.test(text) && /\bwatermark for\b/.test(code) && /\bprimary key\b/.test(text))
    problems.push(
      rejected(
        'watermark',
        'a watermark on a keyed table panics with on conflict do nothing',
        'leave the watermark out: sql/candles and sql/features know what is closed by event time',
      ),
    );
  return problems;
}

/** Problems of a function or aggregate in JavaScript. */
export function checkRoutine(text: string): DialectProblem[] {
  const problems: DialectProblem[] = [];
  const aggregate = /^create aggregate\b/.test(text);
  if (aggregate)
    for (const step of ['create_state', 'accumulate', 'retract', 'finish'])
      if (!new RegExp(`\\bexport function ${step}\\b`).test(text))
        problems.push(
          rejected(
            `aggregate-${step.replace('_', '-')}`,
            `the aggregate has no function ${step}${step === 'retract' ? ': at its first row the whole database goes into recovery, again and again' : ''}`,
            step === 'retract'
              ? 'export one that throws: window frames never call it'
              : `export function ${step}`,
          ),
        );
  if (/\blanguage javascript\b/.test(text) && !/\breturns double precision\b/.test(text))
    problems.push(
      rejected(
        'javascript-returns',
        'a function in JavaScript that returns a decimal has to return a BigDecimal',
        'return double precision',
      ),
    );
  if (!aggregate && !/\blanguage (sql|javascript)\b/.test(text))
    problems.push(rejected('language', 'the language is not there', 'write it in sql or javascript'));
  return problems;
}
