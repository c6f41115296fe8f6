import type { ClientBase } from 'pg';
import type { CatalogObject } from '../../catalog/object.ts';
import { printSelect } from '../../sql/parse.ts';
import { toPostgres } from '../compile/dialect.ts';
import { formOf } from '../compile/form.ts';
import { memoryOf, memoryTable } from '../compile/memory.ts';
import { names } from '../compile/names.ts';
import { identifier } from '../compile/restrict.ts';
import type { Deployed } from './deployed.ts';
import { keyOrder } from './indexes.ts';
import type { Layout } from './plan.ts';

/**
 * Share of a page that inserts fill, in percent: the newest rows are written again with every refresh, and where their page has
 * room the new version needs no new index entries (a HOT update) and the old one is cleaned up in passing.
 */
const FILL = 50;

/** The table of a stored view, empty unless this version of it is there already. */
export async function makeStore(
  client: ClientBase,
  view: CatalogObject,
  layout: Layout,
  isNew: boolean,
): Promise<void> {
  const { query, time } = layout.compilation(view).rule;
  const table = layout.tableOf(view.name);
  const columns = view.columns.map((column) => identifier(column.name)).join(', ');
  await client.query(
    `create table if not exists ${table} with (fillfactor = ${FILL}) as select ${columns} from (${printSelect(toPostgres(query, layout.tableOf))}) as computed with no data`,
  );
  const key = keyOrder(layout, view.name).map(identifier).join(', ');
  await client.query(
    `create unique index if not exists ${identifier(`${table.split('.')[1] ?? ''}_key`)} on ${table} (${key}) nulls not distinct`,
  );
  if (time) await checkTimeType(client, view, table, time);
  await makeMemory(client, view, layout);
  if (view.header.freshnessMs === null || time === null) return;
  const slice = [
    ...layout.compilation(view).rule.partition.map(identifier),
    `${identifier(time)} as lo`,
    `${identifier(time)} as hi`,
  ];
  // What was put off when the engine stopped is still to be done, unless the view is built anew.
  const postponed = names.postponed(view.name);
  if (isNew) await client.query(`drop table if exists ${postponed}`);
  await client.query(
    `create table if not exists ${postponed} as select ${slice.join(', ')} from ${table} with no data`,
  );
  await client.query(
    `create unique index if not exists postponed_${view.name}_key on ${postponed} (${slice.map((column) => column.split(' as ').pop()).join(', ')}) nulls not distinct`,
  );
}

/** The table in which a view's refresh remembers parts of long frames; made anew and empty, for it is only a shortcut. */
async function makeMemory(client: ClientBase, view: CatalogObject, layout: Layout): Promise<void> {
  const form = formOf(layout.compilation(view).rule, layout.catalog);
  const memory = form.kind === 'rows' ? memoryOf(form.block) : null;
  if (form.kind !== 'rows' || !memory) return;
  const table = layout.tableOf(form.block.leaf.leaf.relation);
  for (const statement of memoryTable(form.block, memory, names.memory(view.name), table))
    await client.query(statement);
}

/** Views that no longer put anything off: gives those of which something was put off still. */
export async function dropPostponed(client: ClientBase, layout: Layout): Promise<string[]> {
  const pending: string[] = [];
  for (const view of layout.views) {
    const table = names.postponed(view.name);
    const there = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
      table,
    ]);
    const kept = view.header.freshnessMs !== null && layout.compilation(view).rule.time !== null;
    if (kept || !there.rows[0]?.there) continue;
    const { rows } = await client.query<{ some: boolean }>(`select exists (select from ${table}) as some`);
    if (rows[0]?.some) pending.push(view.name);
    await client.query(`drop table ${table}`);
  }
  return pending;
}

async function checkTimeType(
  client: ClientBase,
  view: CatalogObject,
  table: string,
  time: string,
): Promise<void> {
  const { rows } = await client.query<{ type: string }>(
    'select format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = $1::regclass and attname = $2',
    [table, time],
  );
  if (rows[0]?.type === 'timestamp with time zone') return;
  throw new TypeError(
    `sql/${view.file}: time column '${time}' is ${rows[0]?.type ?? 'missing'}; a time column has to be timestamptz`,
  );
}

/** Drops versions that are not in use any more, and views that left sql/. */
export async function removeOld(
  client: ClientBase,
  layout: Layout,
  before: ReadonlyMap<string, Deployed>,
): Promise<string[]> {
  const current = new Set(layout.views.map((view) => layout.tableOf(view.name)));
  const { rows } = await client.query<{ table: string }>(
    `select 'store.' || tablename as table from pg_tables where schemaname = 'store'`,
  );
  for (const row of rows) if (!current.has(row.table)) await client.query(`drop table ${row.table}`);
  for (const statement of await leftovers(client, layout)) await client.query(statement);
  const removed = [...before.keys()].filter(
    (name) => before.get(name)?.kind === 'materialized view' && !layout.catalog.find(name),
  );
  return removed;
}

/** Statements that drop what the engine made for views that are not there any more. */
async function leftovers(client: ClientBase, layout: Layout): Promise<string[]> {
  const kept = layout.views.flatMap(({ name }) => [
    ...[names.refresh(name), names.postponed(name), names.memory(name)],
    ...(layout.sides.has(name) ? [names.todo(name)] : []),
  ]);
  const { rows } = await client.query<{ statement: string }>(
    `select 'drop function ' || oid::regprocedure as statement from pg_proc
     where pronamespace = 'engine'::regnamespace and proname like 'refresh\\_%' and proname <> all ($1)
     union all
     select format('drop table engine.%I', tablename) from pg_tables
     where schemaname = 'engine' and tablename ~ '^(postponed|memory|todo)_' and 'engine.' || tablename <> all ($1)`,
    [kept],
  );
  return rows.map(({ statement }) => statement);
}
