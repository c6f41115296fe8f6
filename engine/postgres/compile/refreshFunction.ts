import { type Compilation, keysOf } from './compilation.ts';
import { formOf, readColumns } from './form.ts';
import { memoryOf } from './memory.ts';
import { names } from './names.ts';
import { forgetSql } from './remember.ts';
import { mergeSql, postponeSql, splitSql } from './slices.ts';
import { fill } from './template.ts';
import { everySlice, touchedSlices } from './touched.ts';
import { wholeSql, writeSlices, writeSql } from './writes.ts';

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
  const seeded = compilation.seeded === true;
  const seeds = `exists (select from ${names.seeds(view)})`;
  const nulls = columns.map((column) => `${column} is null`).join(' or ');
  return fill('refresh_view', {
    view,
    refresh: names.refresh(view),
    raw: names.raw(view),
    slices: names.slices(view),
    any_change:
      touched(inputs) +
      (seeded ? ` or ${seeds}` : '') +
      (postponed ? ` or (due and exists (select from ${names.postponed(view)}))` : ''),
    seed_everything:
      isSliced && whole.length === 0
        ? seed(sliced.map((leaf) => everySlice(leaf, rule, compilation)))
        : 'whole := true;',
    seed_changes: seed([
      ...sliced.map((leaf) => touchedSlices(leaf, compilation)),
      ...(seeded ? [`select ${columns.join(', ')} from ${names.seeds(view)}`] : []),
    ]),
    whole_change: isSliced
      ? [
          touched(whole.map((leaf) => leaf.leaf.relation)),
          ...emptied,
          ...(seeded && whole.length > 0 ? [seeds] : []),
        ].join(' or ')
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
