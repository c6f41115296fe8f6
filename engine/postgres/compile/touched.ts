import { columnsIn } from '../../slices/expression.ts';
import type { LeafRule, SliceRule } from '../../slices/rule.ts';
import { notedRange } from './changes.ts';
import { type Compilation, keysOf, ofChanged, stageOf, tolerance } from './compilation.ts';
import type { TableOf } from './dialect.ts';
import { isWindow } from './form.ts';
import { names } from './names.ts';
import { forward, islands } from './ranges.ts';
import { identifier } from './restrict.ts';

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
export function touchedSlices(leaf: LeafRule, compilation: Compilation): string {
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

export function everySlice(leaf: LeafRule, rule: SliceRule, compilation: Compilation): string {
  const range = rule.time === null ? [] : ["'-infinity'::timestamptz as lo", "'infinity'::timestamptz as hi"];
  const list = [...keyList(leaf, rule), ...range].join(', ');
  return `select distinct ${list} from ${compilation.tableOf(leaf.leaf.relation)} as changed${joinLookups(leaf, compilation.tableOf)}${filterSql(leaf, null)}`;
}
