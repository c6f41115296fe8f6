import type { Node } from '@pgsql/types';
import type { Catalog } from '../../catalog/catalog.ts';
import { columnsIn } from '../../slices/expression.ts';
import type { LeafRule, SliceRule } from '../../slices/rule.ts';
import type { Step } from '../../slices/trace.ts';
import { parseSelect, printExpression, printSelect } from '../../sql/parse.ts';
import { pick, rewrite, rewriteSelect, treeKey } from '../../sql/tree.ts';
import { branches } from './branches.ts';
import { type ChangeColumns, notedRange } from './changes.ts';
import { type TableOf, toPostgres } from './dialect.ts';
import { memoryColumns, memoryOf, partsQuery } from './memory.ts';
import { names } from './names.ts';
import { backward, forward, inline, islands, type StageSql } from './ranges.ts';
import { identifier, restrict } from './restrict.ts';
import { rowForm } from './rowForm.ts';
import { spacing } from './spacing.ts';
import { fill } from './template.ts';
import { findWindowBlock, type WindowBlock } from './windowBlock.ts';

/** Rows up to which a slice is computed row by row. */
const SHORT_SLICE = 24;
/** Output rows a chunk of a long slice holds. */
const CHUNK_ROWS = 1000;
/** Chunks written by one statement: bounds its memory. */
const CHUNKS_A_BATCH = 32;

/** How the rows of a slice are computed. */
export type Form =
  | { readonly kind: 'plain' }
  | { readonly kind: 'windows'; readonly why: string }
  | { readonly kind: 'rows'; readonly block: WindowBlock };

export interface Compilation {
  readonly rule: SliceRule;
  readonly catalog: Catalog;
  readonly tableOf: TableOf;
  /** What each input notes of its changes. */
  readonly changesOf: (relation: string) => ChangeColumns;
}

function isWindow(step: Step): boolean {
  return step.kind === 'window';
}

export function formOf(rule: SliceRule, catalog: Catalog): Form {
  if (!rule.leaves.some((leaf) => leaf.chain?.steps.some(isWindow))) return { kind: 'plain' };
  const block = findWindowBlock(rule, catalog);
  return typeof block === 'string' ? { kind: 'windows', why: block } : { kind: 'rows', block };
}

/** Leaves whose read range must be looked up, and is kept with the slice: one for all that go the same way. */
function lookedUp(rule: SliceRule): LeafRule[] {
  const ways = new Map<string, LeafRule>();
  for (const leaf of rule.leaves)
    if (leaf.chain?.steps.some(isWindow) && !ways.has(wayOf(leaf))) ways.set(wayOf(leaf), leaf);
  return [...ways.values()];
}

/** Equal for leaves whose time leads to the view's by the same steps. */
function wayOf(leaf: LeafRule): string {
  return treeKey(
    leaf.chain?.steps.map((step) =>
      step.kind === 'window'
        ? step.reach.stage
        : step.kind === 'shift'
          ? step
          : step.floor.of(step.floor.width),
    ),
  );
}

/** Number of the read range that a leaf shares. */
function readOf(leaf: LeafRule, rule: SliceRule): number {
  return lookedUp(rule).find((candidate) => wayOf(candidate) === wayOf(leaf))?.leaf.id ?? leaf.leaf.id;
}

function keysOf(rule: SliceRule): string[] {
  return rule.partition.map(identifier);
}

/** Session tables that a view's refresh works in. */
export function workingTables(rule: SliceRule, table: string, changes: ChangeColumns): string[] {
  const view = rule.view.name;
  const time = rule.time ? identifier(rule.time) : null;
  const bounds = time ? [`${time} as lo`, `${time} as hi`] : [];
  const reads = time
    ? lookedUp(rule).flatMap((leaf) => [
        `${time} as read_${leaf.leaf.id}_lo`,
        `${time} as read_${leaf.leaf.id}_hi`,
      ])
    : [];
  const make = (name: string, columns: readonly string[]): string =>
    `create temporary table if not exists ${name} as select ${columns.join(', ')} from ${table} with no data`;
  return [
    make(names.raw(view), [...keysOf(rule), ...bounds, 'null::boolean as unused']),
    make(names.slices(view), [
      ...keysOf(rule),
      ...bounds,
      'null::integer as number',
      'null::boolean as long',
      ...reads,
    ]),
    make(names.changes(view), ['null::text as op', ...changes.exact.map(identifier)]),
  ];
}

/** The function that brings a view up to date. */
export function refreshFunction(compilation: Compilation): string {
  const { rule } = compilation;
  const view = rule.view.name;
  const form = formOf(rule, compilation.catalog);
  const sliced = rule.leaves.filter((leaf) => leaf.scope === 'slices');
  const whole = rule.leaves.filter((leaf) => leaf.scope === 'whole view');
  const inputs = [...new Set(rule.leaves.map((leaf) => leaf.leaf.relation))];
  const touched = (relations: readonly string[]): string =>
    relations.length === 0
      ? 'false'
      : relations.map((relation) => `exists (select from ${names.changes(relation)})`).join(' or ');
  const emptied = inputs
    .filter((relation) => compilation.catalog.find(relation)?.kind === 'table')
    .map(
      (relation) => `exists (select from ${names.changes(relation)} as changed where not changed.touched)`,
    );
  const isSliced = sliced.length > 0 && (rule.partition.length > 0 || rule.time !== null);
  const postponed = rule.view.header.freshnessMs !== null && isSliced && rule.time !== null;
  const columns = [...keysOf(rule), ...(rule.time ? ['lo', 'hi'] : [])];
  const seed = (parts: readonly string[]): string =>
    isSliced
      ? `insert into ${names.raw(view)} (${columns.join(', ')})\n    ${parts.join('\n    union all\n    ')};`
      : '';
  const nulls = columns.map((column) => `${column} is null`).join(' or ');
  return fill('refresh_view', {
    view,
    refresh: names.refresh(view),
    raw: names.raw(view),
    slices: names.slices(view),
    any_change:
      touched(inputs) + (postponed ? ` or (due and exists (select from ${names.postponed(view)}))` : ''),
    seed_everything:
      isSliced && whole.length === 0
        ? seed(sliced.map((leaf) => everySlice(leaf, rule, compilation)))
        : 'whole := true;',
    seed_changes: seed(sliced.map((leaf) => touchedSlices(leaf, compilation))),
    whole_change: isSliced
      ? [touched(whole.map((leaf) => leaf.leaf.relation)), ...emptied].join(' or ')
      : 'true',
    raw_has_null: isSliced ? nulls : 'true',
    write_whole: `perform set_config('enable_seqscan', 'on', true), set_config('enable_nestloop', 'on', true);\n    ${writeSql(compilation, wholeSql(compilation), 'all')};`,
    forget_postponed: `perform set_config('enable_seqscan', 'off', true), set_config('enable_nestloop', 'off', true);${postponed ? `\n    delete from ${names.postponed(view)};` : ''}`,
    postpone: postponed ? postponeSql(compilation) : '',
    slice_columns: [...columns, 'number', 'long', ...(form.kind === 'windows' ? readColumns(rule) : [])].join(
      ', ',
    ),
    merge_slices: isSliced ? mergeSql(compilation, form) : 'select',
    forget: forgetSql(compilation, form),
    forget_all: form.kind === 'rows' && memoryOf(form.block) ? `delete from ${names.memory(view)};` : '',
    split_long: form.kind === 'rows' && isSliced ? splitSql(compilation, form.block) : '',
    write_slices: isSliced ? writeSlices(compilation, form) : '',
  });
}

function readColumns(rule: SliceRule): string[] {
  return lookedUp(rule).flatMap((leaf) => [`read_${leaf.leaf.id}_lo`, `read_${leaf.leaf.id}_hi`]);
}

/** An expression over a leaf's columns, as one over the columns of `row`. */
function ofRow(row: string, node: Node): string {
  const qualified = rewrite(node, (part) => {
    const fields = pick(part, 'ColumnRef')?.fields;
    return fields?.length === 1 ? { ColumnRef: { fields: [{ String: { sval: row } }, ...fields] } } : null;
  });
  return printExpression(qualified);
}

function ofChanged(node: Node): string {
  return ofRow('changed', node);
}

/** Looks up the relations that give keys which the changed row lacks: by index, row by row. */
function joinLookups(leaf: LeafRule, tableOf: TableOf): string {
  const lookups = new Map(
    leaf.partition.flatMap((value) => value.lookups.map((lookup) => [lookup.alias, lookup])),
  );
  return [...lookups.values()]
    .map((lookup) => {
      const on = lookup.on.map(({ column, equals }) => `found.${identifier(column)} = ${ofChanged(equals)}`);
      return ` cross join lateral (select found.* from ${tableOf(lookup.relation)} as found where ${on.join(' and ')} offset 0) as ${lookup.alias}`;
    })
    .join('');
}

function keyList(leaf: LeafRule, rule: SliceRule): string[] {
  return leaf.partition.map(
    (value, index) => `${ofChanged(value.expression)} as ${identifier(rule.partition[index] ?? '')}`,
  );
}

function filterSql(leaf: LeafRule, known: readonly string[] | null): string {
  const usable = leaf.leaf.filters.filter(
    (filter) => known === null || columnsIn(filter).every((path) => known.includes(path[0] ?? '')),
  );
  return usable.length > 0 ? ` where ${usable.map((filter) => `(${ofChanged(filter)})`).join(' and ')}` : '';
}

/** Slices that changes of one input touch. */
function touchedSlices(leaf: LeafRule, compilation: Compilation): string {
  const { rule, tableOf } = compilation;
  const changes = compilation.changesOf(leaf.leaf.relation);
  const keys = keysOf(rule);
  const from = `from ${names.changes(leaf.leaf.relation)} as changed${joinLookups(leaf, tableOf)}${filterSql(leaf, changes.exact)}`;
  if (rule.time === null) return `select distinct ${keyList(leaf, rule).join(', ')} ${from}`;
  if (!leaf.chain)
    return `select distinct ${[...keyList(leaf, rule), "'-infinity'::timestamptz as lo", "'infinity'::timestamptz as hi"].join(', ')} ${from}`;
  const range = notedRange(changes, leaf.chain.column);
  const first = leaf.chain.steps.findIndex(isWindow);
  const cut = first < 0 ? leaf.chain.steps.length : first;
  const noted = `select ${[...keyList(leaf, rule), `${range.lo} as lo`, `${range.hi} as hi`].join(', ')} ${from}`;
  const stage = stageOf(compilation);
  const before = forward(noted, keys, leaf.chain.steps.slice(0, cut), stage);
  if (first < 0) return before;
  return forward(islands(before, keys, tolerance(compilation)), keys, leaf.chain.steps.slice(cut), stage);
}

function everySlice(leaf: LeafRule, rule: SliceRule, compilation: Compilation): string {
  const range = rule.time === null ? [] : ["'-infinity'::timestamptz as lo", "'infinity'::timestamptz as hi"];
  const list = [...keyList(leaf, rule), ...range].join(', ');
  return `select distinct ${list} from ${compilation.tableOf(leaf.leaf.relation)} as changed${joinLookups(leaf, compilation.tableOf)}${filterSql(leaf, null)}`;
}

/** A window's input, restricted to the partition of the row `touched`. */
function stageOf(compilation: Compilation): StageSql {
  const { rule, catalog, tableOf } = compilation;
  return (stage) =>
    branches(stage, catalog.columnsOf).map((branch) =>
      printSelect(restrict(branch, rule, 'touched', () => null, tableOf)),
    );
}

function tolerance(compilation: Compilation): string {
  return `interval '${spacing(compilation.rule, compilation.catalog)} milliseconds'`;
}

function mergeSql(compilation: Compilation, form: Form): string {
  const { rule } = compilation;
  const raw = names.raw(rule.view.name);
  const keys = keysOf(rule);
  if (rule.time === null) return `select distinct ${keys.join(', ')}, 0, false from ${raw}`;
  const list = [...keys, 'lo', 'hi'];
  const merged = islands(`select ${list.join(', ')} from ${raw}`, keys, tolerance(compilation));
  const number = 'row_number() over ()';
  if (form.kind === 'rows') {
    const count = `select from ${compilation.tableOf(form.block.leaf.leaf.relation)} as counted where ${ownRows(form.block, 'counted', 'merged', compilation)} limit ${SHORT_SLICE + 1}`;
    return `select ${list.map((column) => `merged.${column}`).join(', ')}, ${number}, (select count(*) > ${SHORT_SLICE} from (${count}) as few) from (${merged}) as merged`;
  }
  const reads = form.kind === 'windows' ? lookedUp(rule) : [];
  return `select ${list.map((column) => `merged.${column}`).join(', ')}, ${number}, false${reads.map((leaf) => `, read_${leaf.leaf.id}.lo, read_${leaf.leaf.id}.hi`).join('')} from (${merged}) as merged${reads.map((leaf) => readRange(leaf, compilation, 'merged')).join('')}`;
}

/** Joins the range of a leaf that a slice reads. */
function readRange(leaf: LeafRule, compilation: Compilation, slice: string): string {
  const keys = keysOf(compilation.rule);
  const start = `select ${[...keys, 'lo', 'hi'].map((column) => `${slice}.${column}`).join(', ')}`;
  const range = backward(start, keys, leaf.chain?.steps ?? [], stageOf(compilation));
  return ` cross join lateral (${range} offset 0) as read_${leaf.leaf.id}`;
}

/** Rows of the block's relation that lie in a slice, its windows left aside. */
function ownRows(block: WindowBlock, row: string, slice: string, compilation: Compilation): string {
  const steps = (block.leaf.chain?.steps ?? []).filter((step) => !isWindow(step));
  const range = inline(steps, { lo: `${slice}.lo`, hi: `${slice}.hi` });
  const time = `${row}.${identifier(block.leaf.chain?.column ?? '')}`;
  const keys = compilation.rule.partition.flatMap((column, index) => {
    const value = block.leaf.partition[index];
    return value ? [`${ofRow(row, value.expression)} = ${slice}.${identifier(column)}`] : [];
  });
  return [...keys, `${time} >= ${range.lo}`, `${time} <= ${range.hi}`].join(' and ');
}

/** Long slices become chunks with the ranges that they read. */
function splitSql(compilation: Compilation, block: WindowBlock): string {
  const { rule } = compilation;
  return `${fill('split_long', {
    slices: names.slices(rule.view.name),
    keys: keysOf(rule)
      .map((key) => `${key}, `)
      .join(''),
    slice_keys: keysOf(rule)
      .map((key) => `slice.${key}, `)
      .join(''),
    chunk_keys: keysOf(rule)
      .map((key) => `chunk.${key}, `)
      .join(''),
    table: compilation.tableOf(block.leaf.leaf.relation),
    own_rows: ownRows(block, 'own', 'slice', compilation),
    time: forwardOwn(block),
    chunk_rows: String(CHUNK_ROWS),
    read_columns: readColumns(rule)
      .map((column) => `, ${column}`)
      .join(''),
    reads: lookedUp(rule)
      .map((leaf) => `, read_${leaf.leaf.id}.lo, read_${leaf.leaf.id}.hi`)
      .join(''),
    read_ranges: lookedUp(rule)
      .map((leaf) => readRange(leaf, compilation, 'chunk'))
      .join(''),
  })}`;
}

/** The view's time of one of its relation's rows, windows left aside. */
function forwardOwn(block: WindowBlock): string {
  const steps = (block.leaf.chain?.steps ?? []).filter((step) => !isWindow(step));
  const time = `own.${identifier(block.leaf.chain?.column ?? '')}`;
  return steps.length === 0
    ? time
    : `(select lo from (${forward(`select ${time} as lo, ${time} as hi`, [], steps, () => [])}) as shifted)`;
}

function wholeSql({ rule, tableOf }: Compilation): string {
  return printSelect(toPostgres(rule.query, tableOf));
}

function writeSlices(compilation: Compilation, form: Form): string {
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

/** Drops what is remembered of rows before which something changed. */
function forgetSql(compilation: Compilation, form: Form): string {
  if (form.kind !== 'rows' || !memoryOf(form.block)) return '';
  const { rule } = compilation;
  const steps = (form.block.leaf.chain?.steps ?? []).filter((step) => !isWindow(step));
  const start = inline(steps, { lo: 'slice.lo', hi: 'slice.hi' }).lo;
  const conditions = `${ownRows(form.block, 'kept', 'slice', compilation)} and kept.${identifier(form.block.time)} > ${start}`;
  return `delete from ${names.memory(rule.view.name)} as kept using ${names.slices(rule.view.name)} as slice where ${conditions};`;
}

/** Remembers the parts of long frames for the newest rows of partitions of which it is not known yet. */
function rememberSql(compilation: Compilation, block: WindowBlock): string {
  const memory = memoryOf(block);
  if (!memory) return '';
  const { rule, tableOf } = compilation;
  const table = tableOf(block.leaf.leaf.relation);
  const row = identifier(block.alias);
  const columns = memoryColumns(block);
  const parts = memory.parts.map((part) => part.name);
  const time = identifier(block.time);
  const samePartition = (other: string): string =>
    block.partition
      .map((column) => `${other}.${identifier(column)} = ${row}.${identifier(column)}`)
      .join(' and ');
  return fill('remember', {
    memory: names.memory(rule.view.name),
    columns: [...columns, ...parts].join(', '),
    key: block.partition.map(identifier).join(', '),
    update: [time, ...parts].map((column) => `${column} = excluded.${column}`).join(', '),
    values: [...columns.map((column) => `${row}.${column}`), ...parts.map((part) => `parts.${part}`)].join(
      ', ',
    ),
    slices: names.slices(rule.view.name),
    row,
    table,
    own_rows: ownRows(block, 'own', 'slice', compilation),
    known: `select from ${names.memory(rule.view.name)} as kept where ${samePartition('kept')} and kept.${time} = ${row}.${time}`,
    later: `select from ${table} as later where ${samePartition('later')} and later.${time} > ${row}.${time}`,
    parts: partsQuery(block, memory, table),
  });
}

function writeSql(compilation: Compilation, fresh: string, which: string): string {
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

function postponeSql(compilation: Compilation): string {
  const { rule, tableOf } = compilation;
  const time = identifier(rule.time ?? '');
  return fill('postpone', {
    refresh: names.refresh(rule.view.name),
    raw: names.raw(rule.view.name),
    postponed: names.postponed(rule.view.name),
    columns: [...keysOf(rule), 'lo', 'hi'].join(', '),
    same_partition: ['true', ...keysOf(rule).map((key) => `other.${key} = put_off.${key}`)].join(' and '),
    newest: `select max(stored.${time}) from ${tableOf(rule.view.name)} as stored where ${['true', ...keysOf(rule).map((key) => `stored.${key} = other.${key}`)].join(' and ')}`,
  });
}
