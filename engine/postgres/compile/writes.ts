import type { Node } from '@pgsql/types';
import type { SliceRule } from '../../slices/rule.ts';
import { parseSelect, printSelect } from '../../sql/parse.ts';
import { pick, rewriteSelect } from '../../sql/tree.ts';
import { type Compilation, keysOf } from './compilation.ts';
import { toPostgres } from './dialect.ts';
import { type Form, isWindow, readOf } from './form.ts';
import { names } from './names.ts';
import { inline } from './ranges.ts';
import { rememberSql } from './remember.ts';
import { identifier, restrict } from './restrict.ts';
import { rowForm } from './rowForm.ts';
import { ownRows } from './slices.ts';
import { fill } from './template.ts';
import type { WindowBlock } from './windowBlock.ts';

/** Chunks written by one statement: bounds its memory. */
const CHUNKS_A_BATCH = 32;

export function writeSlices(compilation: Compilation, form: Form): string {
  const { rule } = compilation;
  const slices = names.slices(rule.view.name);
  const count = 'get diagnostics written = row_count;\n  changed := changed + written;';
  if (form.kind !== 'rows')
    return `${writeSql(compilation, slicedSql(compilation, form), 'true')};\n  ${count}`;
  const short = `if exists (select from ${slices} where not long) then\n  ${rememberSql(compilation, form.block)}${writeSql(compilation, rowSql(compilation, form.block), 'not slice.long')};\n  ${count}\n  end if;`;
  const batch = `slice.long and slice.number / ${CHUNKS_A_BATCH} = batch_of_chunks`;
  const long = `for batch_of_chunks in select distinct number / ${CHUNKS_A_BATCH} from ${slices} where long order by 1 loop\n  ${writeSql(compilation, slicedSql(compilation, form, batch), batch)};\n  ${count}\n  end loop;`;
  return `${short}\n  ${long}`;
}

export function wholeSql({ rule, tableOf }: Compilation): string {
  return printSelect(toPostgres(rule.query, tableOf));
}

/** The view's rows of each slice, leaves restricted to what the slice reads. */
function slicedSql(compilation: Compilation, form: Form, which = 'true'): string {
  const { rule, tableOf } = compilation;
  const stored = form.kind !== 'plain';
  const restricted = restrict(
    rule.query,
    rule,
    'slice',
    (leaf) => {
      if (!leaf.chain || rule.time === null) return null;
      if (stored && leaf.chain.steps.some(isWindow))
        return { lo: `slice.read_${readOf(leaf, rule)}_lo`, hi: `slice.read_${readOf(leaf, rule)}_hi` };
      return inline(leaf.chain.steps, { lo: 'slice.lo', hi: 'slice.hi' });
    },
    tableOf,
  );
  return lateralSql(rule, printSelect(restricted), which);
}

function lateralSql(rule: SliceRule, query: string, which: string): string {
  const own = [
    ...keysOf(rule).map((key) => `computed.${key} = slice.${key}`),
    ...(rule.time
      ? [`computed.${identifier(rule.time)} >= slice.lo`, `computed.${identifier(rule.time)} <= slice.hi`]
      : []),
  ];
  const columns = rule.view.columns.map((column) => identifier(column.name));
  return `select ${columns.map((column) => `answer.${column}`).join(', ')} from ${names.slices(rule.view.name)} as slice cross join lateral (select computed.* from (${query}) as computed where ${own.join(' and ')} offset 0) as answer where ${which}`;
}

/** The view's rows of short slices, one lateral query a row. */
function rowSql(compilation: Compilation, block: WindowBlock): string {
  const { rule, tableOf } = compilation;
  const relation = block.leaf.leaf.relation;
  const conditions = ownRows(block, 'own', 'slice', compilation);
  const current: Node = {
    RangeSubselect: {
      subquery: {
        SelectStmt: parseSelect(`select own.* from ${tableOf(relation)} as own where ${conditions}`),
      },
      alias: { aliasname: block.alias },
    },
  };
  const rewritten = rowForm(block, current, tableOf(relation), names.memory(rule.view.name));
  const whole =
    block.select === rule.query
      ? rewritten
      : rewriteSelect(rule.query, (node) =>
          pick(node, 'SelectStmt') === block.select ? { SelectStmt: rewritten } : null,
        );
  return lateralSql(rule, printSelect(whole), 'not slice.long');
}

export function writeSql(compilation: Compilation, fresh: string, which: string): string {
  const { rule, tableOf } = compilation;
  const view = rule.view;
  const columns = view.columns.map((column) => identifier(column.name));
  const key = view.key.map(identifier);
  const others = columns.filter((column) => !key.includes(column));
  const changes = compilation.changesOf(view.name).exact.map(identifier);
  // A row that moves in what its readers group or order by touches them where it was, too.
  const movable = changes.filter((column) => !key.includes(column));
  const before = new Map(movable.map((column, index) => [column, `"before ${index + 1}"`]));
  const moved = movable.map((column) => `${before.get(column)} is distinct from ${column}`).join(' or ');
  const update = `update set ${others.map((column) => `${column} = excluded.${column}`).join(', ')}\n  where (${others.map((column) => `stored.${column}`).join(', ')}) is distinct from (${others.map((column) => `excluded.${column}`).join(', ')})`;
  const inSlice = [
    ...keysOf(rule).map((column) => `stored.${column} = slice.${column}`),
    ...(rule.time
      ? [`stored.${identifier(rule.time)} >= slice.lo`, `stored.${identifier(rule.time)} <= slice.hi`]
      : []),
  ];
  return fill('write', {
    fresh,
    table: tableOf(view.name),
    before:
      which === 'all'
        ? `${tableOf(view.name)} as before`
        : `${names.slices(view.name)} as slice cross join lateral (select ${['stored.ctid', ...key.map((column) => `stored.${column}`)].join(', ')} ` +
          `from ${tableOf(view.name)} as stored where ${['true', ...inSlice].join(' and ')} offset 0) as before where ${which}`,
    before_where: which === 'all' ? 'where' : 'and',
    before_key: key.map((column) => `before.${column}`).join(', '),
    same_key: key.map((column) => `fresh.${column} is not distinct from before.${column}`).join(' and '),
    stored_change_columns: changes.map((column) => `stored.${column}`).join(', '),
    columns: columns.join(', '),
    key: key.join(', '),
    on_conflict: others.length > 0 ? update : 'nothing',
    before_columns: [
      'before.ctid is null as "was new"',
      ...movable.map((column) => `before.${column} as ${before.get(column)}`),
    ].join(', '),
    changes: names.changes(view.name),
    change_columns: changes.join(', '),
    was_new: '"was new"',
    moved: moved
      ? `select 'moved', ${changes.map((column) => before.get(column) ?? column).join(', ')} from put where not "was new" and (${moved})\nunion all\n`
      : '',
  });
}
