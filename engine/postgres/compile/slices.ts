import type { LeafRule, SliceRule } from '../../slices/rule.ts';
import type { ChangeColumns } from './changes.ts';
import { type Compilation, keysOf, ofRow, stageOf, tolerance } from './compilation.ts';
import { type Form, lookedUp, ownSteps, readColumns } from './form.ts';
import { names } from './names.ts';
import { backward, forward, inline, islands } from './ranges.ts';
import { identifier } from './restrict.ts';
import { fill } from './template.ts';
import type { WindowBlock } from './windowBlock.ts';

/** Rows up to which a slice is computed row by row. */
const SHORT_SLICE = 24;

/** Output rows a chunk of a long slice holds. */
const CHUNK_ROWS = 1000;

/** Session tables that a view's refresh works in, with their columns as expressions over its rows. */
export function workingTables(
  rule: SliceRule,
  changes: ChangeColumns,
  seeded: boolean,
): readonly { readonly name: string; readonly columns: readonly string[] }[] {
  const view = rule.view.name;
  const time = rule.time ? identifier(rule.time) : null;
  const bounds = time ? [`${time} as lo`, `${time} as hi`] : [];
  const reads = time
    ? lookedUp(rule).flatMap((leaf) => [
        `${time} as read_${leaf.leaf.id}_lo`,
        `${time} as read_${leaf.leaf.id}_hi`,
      ])
    : [];
  const seeds = [...keysOf(rule), ...bounds, 'null::boolean as unused'];
  const numbered = [...keysOf(rule), ...bounds, 'null::integer as number', 'null::boolean as long'];
  return [
    { name: names.raw(view), columns: seeds },
    { name: names.slices(view), columns: [...numbered, ...reads] },
    { name: names.changes(view), columns: ['null::text as op', ...changes.exact.map(identifier)] },
    ...(seeded ? [{ name: names.seeds(view), columns: seeds }] : []),
  ];
}

export function mergeSql(compilation: Compilation, form: Form): string {
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
export function ownRows(block: WindowBlock, row: string, slice: string, compilation: Compilation): string {
  const range = inline(ownSteps(block), { lo: `${slice}.lo`, hi: `${slice}.hi` });
  const time = `${row}.${identifier(block.leaf.chain?.column ?? '')}`;
  const keys = compilation.rule.partition.flatMap((column, index) => {
    const value = block.leaf.partition[index];
    return value ? [`${ofRow(row, value.expression)} = ${slice}.${identifier(column)}`] : [];
  });
  return [...keys, `${time} >= ${range.lo}`, `${time} <= ${range.hi}`].join(' and ');
}

/** Long slices become chunks with the ranges that they read. */
export function splitSql(compilation: Compilation, block: WindowBlock): string {
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
  const steps = ownSteps(block);
  const time = `own.${identifier(block.leaf.chain?.column ?? '')}`;
  return steps.length === 0
    ? time
    : `(select lo from (${forward(`select ${time} as lo, ${time} as hi`, [], steps, () => [])}) as shifted)`;
}

export function postponeSql(compilation: Compilation): string {
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
