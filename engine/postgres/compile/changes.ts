import type { Catalog } from '../../catalog/catalog.ts';
import { columnsIn } from '../../slices/expression.ts';
import type { LeafRule, SliceRule } from '../../slices/rule.ts';
import { names } from './names.ts';
import type { Range } from './ranges.ts';
import { identifier } from './restrict.ts';
import { fill } from './template.ts';

/** What is noted of a changed row of a relation, for the views that read it. */
export interface ChangeColumns {
  /** Columns noted as they are. */
  readonly exact: readonly string[];
  /** Time columns noted as a range. */
  readonly times: readonly string[];
}

/** A stored view notes the key of each changed row, its time, and what else its readers' slices are made from. */
export function viewChanges(rule: SliceRule, readers: readonly SliceRule[]): ChangeColumns {
  const leaves = slicedLeaves(rule.view.name, readers);
  const read = leaves.flatMap((leaf) => [...neededColumns(leaf), ...(leaf.chain ? [leaf.chain.column] : [])]);
  const time = rule.view.header.time;
  return { exact: [...new Set([...rule.view.key, ...(time ? [time] : []), ...read])], times: [] };
}

function slicedLeaves(relation: string, rules: readonly SliceRule[]): LeafRule[] {
  return rules.flatMap((rule) =>
    rule.leaves.filter((leaf) => leaf.leaf.relation === relation && leaf.scope === 'slices'),
  );
}

/** A landing table notes what its readers' slices are made from, and no more: marks are written in every writer's transaction. */
export function tableChanges(table: string, rules: readonly SliceRule[]): ChangeColumns {
  const leaves = slicedLeaves(table, rules);
  const exact = new Set(leaves.flatMap(neededColumns));
  const times = new Set(leaves.flatMap((leaf) => (leaf.chain ? [leaf.chain.column] : [])));
  return { exact: [...exact].sort(), times: [...times].sort() };
}

function neededColumns(leaf: LeafRule): string[] {
  const nodes = leaf.partition.flatMap((value) =>
    value.lookups.length > 0
      ? value.lookups.flatMap((lookup) => lookup.on.map((on) => on.equals))
      : [value.expression],
  );
  return nodes.flatMap(columnsIn).flatMap((path) => (path.length === 1 ? (path[0] ?? []) : []));
}

/** The range that a change note gives for a time column. */
export function notedRange(changes: ChangeColumns, column: string): Range {
  const name = identifier(column);
  return changes.times.includes(column)
    ? { lo: `changed.${name}_lo`, hi: `changed.${name}_hi` }
    : { lo: `changed.${name}`, hi: `changed.${name}` };
}

/** Columns of the table that holds the notes. */
export function noteColumns(changes: ChangeColumns): string[] {
  return [
    ...changes.exact.map(identifier),
    ...changes.times.flatMap((time) => [`${identifier(time)}_lo`, `${identifier(time)}_hi`]),
  ];
}

/** Statements that make a landing table note its changes: the table of marks, and triggers. */
export function captureSql(table: string, changes: ChangeColumns, catalog: Catalog): string[] {
  const types = new Map(catalog.get(table).columns.map((column) => [column.name, column.type ?? 'text']));
  const type = (column: string): string => types.get(column) ?? 'text';
  const marks = names.marks(table);
  const columns = noteColumns(changes);
  const definitions = [
    // False when the table was emptied: every slice is meant, and there are no rows that say which.
    'touched boolean not null default true',
    ...changes.exact.map((column) => `${identifier(column)} ${type(column)}`),
    ...changes.times.flatMap((column) => [
      `${identifier(column)}_lo ${type(column)}`,
      `${identifier(column)}_hi ${type(column)}`,
    ]),
  ];
  const capture = fill('capture', {
    table,
    capture: names.capture(table),
    marks,
    mark_columns: ['touched', ...columns].join(', '),
    nulls: ['false', ...columns.map(() => 'null')].join(', '),
    mark_after: markSql(marks, changes, 'rows_after'),
    mark_before: markSql(marks, changes, 'rows_before'),
  });
  const trigger = (event: string, referencing: string): string =>
    `create or replace trigger note_${event} after ${event} on public.${identifier(table)} ${referencing} for each statement execute function engine.${names.capture(table)}()`;
  return [
    `drop table if exists engine.${marks}`,
    `create table engine.${marks} (${definitions.join(', ')}) with (autovacuum_enabled = off)`,
    capture,
    trigger('insert', 'referencing new table as rows_after'),
    trigger('update', 'referencing old table as rows_before new table as rows_after'),
    trigger('delete', 'referencing old table as rows_before'),
    trigger('truncate', ''),
  ];
}

/** Rows of one statement as few marks: per key and minute the range of times. */
function markSql(marks: string, changes: ChangeColumns, rows: string): string {
  const exact = changes.exact.map(identifier);
  const ranges = changes.times.map(identifier).flatMap((time) => [`min(${time})`, `max(${time})`]);
  const first = changes.times[0];
  const minute = first
    ? [`date_bin(interval '1 minute', ${identifier(first)}, '2000-01-01 00:00:00+00'::timestamptz)`]
    : [];
  const group = [...exact, ...minute];
  const list = ['true', ...exact, ...ranges].join(', ');
  const tail = group.length > 0 ? ` group by ${group.join(', ')}` : ' having count(*) > 0';
  return `insert into engine.${marks} (${['touched', ...noteColumns(changes)].join(', ')}) select ${list} from ${rows}${tail};`;
}
