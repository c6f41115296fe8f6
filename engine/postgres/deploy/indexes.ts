import { createHash } from 'node:crypto';
import type { Node } from '@pgsql/types';
import type { ClientBase } from 'pg';
import { bareColumn, equality, isConstant } from '../../slices/expression.ts';
import type { LeafRule } from '../../slices/rule.ts';
import { columnPath } from '../../sql/tree.ts';
import { identifier } from '../compile/restrict.ts';
import type { Layout } from './plan.ts';

interface Wanted {
  readonly relation: string;
  readonly columns: readonly string[];
}

/** Makes the indexes that are missing. One that is there is not asked for again: even that would make writers wait. */
export async function makeIndexes(client: ClientBase, layout: Layout): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    "select schemaname || '.' || indexname as name from pg_indexes where schemaname in ('public', 'store')",
  );
  const there = new Set(rows.map(({ name }) => name));
  for (const { name, schema, statement } of wantedIndexes(layout))
    if (!there.has(`${schema}.${name}`)) await client.query(statement);
}

/**
 * Makes the indexes that a layout is going to want of landing tables, without making their writers wait. One that was left half
 * made is made anew.
 */
export async function prepareIndexes(client: ClientBase, layout: Layout): Promise<void> {
  for (const { name, schema, statement } of wantedIndexes(layout)) {
    if (schema !== 'public') continue;
    const { rows } = await client.query<{ valid: boolean }>(
      'select indisvalid as valid from pg_index where indexrelid = to_regclass($1)',
      [`public.${identifier(name)}`],
    );
    if (rows[0]?.valid) continue;
    const table = await client.query('select from pg_class where oid = to_regclass($1)', [
      statement.replace(/^.* on (\S+) \(.*$/, '$1'),
    ]);
    if (table.rows.length === 0) continue;
    await client.query(`drop index concurrently if exists public.${identifier(name)}`);
    await client.query(statement.replace('create index', 'create index concurrently'));
  }
}

interface WantedIndex {
  readonly schema: string;
  readonly name: string;
  readonly statement: string;
}

/** Indexes by which slices find their input rows: partition columns, then time; and the columns by which keys are looked up. */
function wantedIndexes(layout: Layout): WantedIndex[] {
  const wanted = [...layout.rules.values()].flatMap((rule) => rule.leaves.flatMap((leaf) => wantedBy(leaf)));
  const own = layout.views.map(
    (view): Wanted => ({ relation: view.name, columns: sliceColumns(layout, view.name) }),
  );
  const kept = new Map<string, Wanted>();
  for (const item of [...own, ...wanted]) {
    if (item.columns.length === 0 || isPrefix(item.columns, keyOrder(layout, item.relation))) continue;
    kept.set(`${item.relation} ${item.columns.join(' ')}`, item);
  }
  return [...kept.values()]
    .filter(
      (item) =>
        ![...kept.values()].some(
          (other) =>
            other !== item && other.relation === item.relation && isPrefix(item.columns, other.columns),
        ),
    )
    .map((item) => {
      const table = layout.tableOf(item.relation);
      const [schema = '', relation = ''] = table.split('.');
      const name = indexName(relation, item.columns);
      return {
        schema,
        name,
        statement: `create index ${identifier(name)} on ${table} (${item.columns.map(identifier).join(', ')})`,
      };
    });
}

/** PostgreSQL cuts names after 63 bytes; what would be cut is told apart by a hash. */
function indexName(relation: string, columns: readonly string[]): string {
  const full = `${relation}_by_${columns.join('_')}`;
  if (Buffer.byteLength(full) <= 63) return full;
  return `${full.slice(0, 54)}_${createHash('sha256').update(full).digest('hex').slice(0, 8)}`;
}

function wantedBy(leaf: LeafRule): Wanted[] {
  const keys = leaf.partition.flatMap((value) => bareColumn(value) ?? []);
  const time = leaf.chain ? [leaf.chain.column] : [];
  const lookups = leaf.partition.flatMap((value) =>
    value.lookups.map((lookup) => ({ relation: lookup.relation, columns: lookup.on.map((on) => on.column) })),
  );
  const fixed = leaf.leaf.filters
    .flatMap((filter) => fixedColumn(filter) ?? [])
    .filter((column) => !keys.includes(column));
  return [{ relation: leaf.leaf.relation, columns: [...new Set([...keys, ...fixed, ...time])] }, ...lookups];
}

/** The column of a filter such as `timeframe = '1m'`. */
function fixedColumn(filter: Node): string | null {
  const [a, b] = equality(filter) ?? [];
  const path = a && b && isConstant(b) ? columnPath(a) : a && b && isConstant(a) ? columnPath(b) : null;
  return path?.length === 1 ? (path[0] ?? null) : null;
}

function sliceColumns(layout: Layout, view: string): string[] {
  const rule = layout.rules.get(view);
  return rule ? [...rule.partition, ...(rule.time ? [rule.time] : [])] : [];
}

/** Columns of the unique index of a relation: for stored views the slice's columns first. */
export function keyOrder(layout: Layout, relation: string): string[] {
  const object = layout.catalog.get(relation);
  const first = sliceColumns(layout, relation).filter((column) => object.key.includes(column));
  return [...first, ...object.key.filter((column) => !first.includes(column))];
}

function isPrefix(columns: readonly string[], of: readonly string[]): boolean {
  return columns.every((column, index) => of[index] === column);
}
