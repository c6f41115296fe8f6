import type { Compilation } from './compilation.ts';
import { type Form, ownSteps } from './form.ts';
import { memoryColumns, memoryOf, partsQuery } from './memory.ts';
import { names } from './names.ts';
import { inline } from './ranges.ts';
import { identifier } from './restrict.ts';
import { ownRows } from './slices.ts';
import { fill } from './template.ts';
import type { WindowBlock } from './windowBlock.ts';

/** Drops what is remembered of rows before which something changed. */
export function forgetSql(compilation: Compilation, form: Form): string {
  if (form.kind !== 'rows' || !memoryOf(form.block)) return '';
  const { rule } = compilation;
  const start = inline(ownSteps(form.block), { lo: 'slice.lo', hi: 'slice.hi' }).lo;
  const conditions = `${ownRows(form.block, 'kept', 'slice', compilation)} and kept.${identifier(form.block.time)} > ${start}`;
  return `delete from ${names.memory(rule.view.name)} as kept using ${names.slices(rule.view.name)} as slice where ${conditions};`;
}

/** Remembers the parts of long frames for the newest rows of partitions of which it is not known yet. */
export function rememberSql(compilation: Compilation, block: WindowBlock): string {
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
