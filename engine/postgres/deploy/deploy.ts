import { readFileSync } from 'node:fs';
import { type ClientBase, DatabaseError } from 'pg';
import type { CatalogObject } from '../../catalog/object.ts';
import { parseStatements, printNode, printSelect } from '../../sql/parse.ts';
import { captureSql, noteColumns } from '../compile/changes.ts';
import { toPostgres } from '../compile/dialect.ts';
import { formOf } from '../compile/form.ts';
import { memoryOf, memoryTable } from '../compile/memory.ts';
import { names } from '../compile/names.ts';
import { refreshFunction } from '../compile/refreshFunction.ts';
import { identifier } from '../compile/restrict.ts';
import { writeCatalogTables } from './catalogTables.ts';
import { indexStatements, keyOrder } from './indexes.ts';
import { type Layout, storeName, watchedTables } from './plan.ts';
import { masterFunction, openSession } from './session.ts';

const SCHEMA = readFileSync(new URL('../schema/engine.sql', import.meta.url), 'utf8');

/**
 * Share of a page that inserts fill, in percent: the newest rows are written again with every refresh, and where their page has
 * room the new version needs no new index entries (a HOT update) and the old one is cleaned up in passing.
 */
const FILL = 50;

/** What a deployment did. */
export interface Deployment {
  readonly built: readonly string[];
  readonly kept: readonly string[];
  readonly removed: readonly string[];
}

/** Told as views are built. */
export type OnBuild = (view: string, done: number, total: number) => void;

interface Deployed {
  readonly kind: string;
  readonly hash: string;
  readonly storedAs: string | null;
  readonly marks: string | null;
  readonly definition: string;
}

/** sql/ asks for a change of a landing table that would lose rows. */
export class TableChangeError extends Error {
  override readonly name = 'TableChangeError';
}

/** PostgreSQL refused what a file of sql/ asks for. */
export class DeployError extends Error {
  override readonly name = 'DeployError';
}

/** Says in which file the work failed: the database only knows the text that was made of it. */
async function inFile<T>(object: CatalogObject, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof DatabaseError)) throw cause;
    throw new DeployError(`sql/${object.file}: ${cause.message}${cause.hint ? ` (${cause.hint})` : ''}`, {
      cause,
    });
  }
}

/**
 * Makes the database what sql/ says, in one transaction: landing tables, stored views, plain views, functions, comments.
 * A view whose content hash changed is built anew with what depends on it; others keep their rows.
 */
export async function deploy(
  client: ClientBase,
  layout: Layout,
  onBuild: OnBuild = () => {},
): Promise<Deployment> {
  await client.query(SCHEMA);
  const before = await readDeployed(client);
  const watching = await newlyWatched(client, layout, before);
  await client.query('begin isolation level repeatable read');
  try {
    // Before the snapshot is taken: what is written between it and the triggers would be neither in the views nor noted.
    if (watching.length > 0)
      await client.query(`lock table ${watching.join(', ')} in share row exclusive mode`);
    const result = await deployAll(client, layout, before, onBuild);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

/** Tables there are whose changes were not noted so far, or not in this way. */
async function newlyWatched(
  client: ClientBase,
  layout: Layout,
  before: ReadonlyMap<string, Deployed>,
): Promise<string[]> {
  const tables = watchedTables(layout).filter(
    (table) => before.get(table.name)?.marks !== marksOf(table, layout),
  );
  const { rows } = await client.query<{ table: string }>(
    `select to_regclass(name)::text as table from unnest($1::text[]) as name where to_regclass(name) is not null order by name`,
    [tables.map((table) => `public.${identifier(table.name)}`)],
  );
  return rows.map((row) => row.table);
}

function marksOf(table: CatalogObject, layout: Layout): string {
  return JSON.stringify(noteColumns(layout.changes.get(table.name) ?? { exact: [], times: [] }));
}

async function deployAll(
  client: ClientBase,
  layout: Layout,
  before: ReadonlyMap<string, Deployed>,
  onBuild: OnBuild,
): Promise<Deployment> {
  await deployFunctions(client, layout, before);
  for (const table of layout.tables)
    await inFile(table, () => deployTable(client, table, before.get(table.name)));
  await dropPlainViews(client, before);
  const fresh = layout.views.filter((view) => before.get(view.name)?.hash !== layout.hashes.get(view.name));
  for (const view of layout.views)
    await inFile(view, () => makeStore(client, view, layout, fresh.includes(view)));
  for (const statement of indexStatements(layout)) await client.query(statement);
  const stale = await deployCapture(client, layout, before);
  await makeNames(client, layout);
  for (const view of layout.views) await client.query(refreshFunction(layout.compilation(view)));
  await client.query(masterFunction(layout));
  await openSession(client, layout);
  const dropped = await dropPostponed(client, layout);
  const building = withReaders(layout, [...fresh.map((view) => view.name), ...stale, ...dropped]);
  let done = 0;
  for (const view of building) {
    onBuild(view.name, done++, building.length);
    await inFile(view, () => client.query(`select engine.${names.refresh(view.name)}(true, true)`));
    await client.query(`analyze ${layout.tableOf(view.name)}`);
  }
  onBuild('', done, building.length);
  const removed = await removeOld(client, layout, before);
  await recordDeployed(client, layout);
  await writeCatalogTables(client, layout);
  const builtNames = building.map((view) => view.name);
  return {
    built: builtNames,
    kept: layout.views.map((view) => view.name).filter((name) => !builtNames.includes(name)),
    removed,
  };
}

/** Views and everything that reads them, in order. */
function withReaders(layout: Layout, roots: readonly string[]): CatalogObject[] {
  const dirty = new Set(roots);
  for (const view of layout.views) {
    const leaves = layout.rules.get(view.name)?.leaves ?? [];
    if (leaves.some((leaf) => dirty.has(leaf.leaf.relation))) dirty.add(view.name);
  }
  return layout.views.filter((view) => dirty.has(view.name));
}

async function readDeployed(client: ClientBase): Promise<Map<string, Deployed>> {
  const { rows } = await client.query<Deployed & { name: string }>(
    'select name, kind, hash, stored_as as "storedAs", marks, definition from engine.deployed',
  );
  return new Map(rows.map((row) => [row.name, row]));
}

async function deployFunctions(
  client: ClientBase,
  layout: Layout,
  before: ReadonlyMap<string, Deployed>,
): Promise<void> {
  const functions = layout.catalog.objects.filter(
    (object) => object.kind === 'function' && object.dialect !== 'risingwave',
  );
  await client.query('set local search_path = compat, public');
  for (const routine of functions) {
    if (before.get(routine.name)?.hash === layout.hashes.get(routine.name)) continue;
    // Views call functions through stored plans, not by reference, so a changed one can be dropped with what hangs on it.
    const made = await client.query<{ drop: string }>(
      `select format('drop %s if exists %s cascade', case prokind when 'a' then 'aggregate' else 'function' end, oid::regprocedure) as drop
       from pg_proc where pronamespace = 'compat'::regnamespace and proname = any($1)`,
      [definedNames(routine)],
    );
    for (const row of made.rows) await client.query(row.drop);
    await inFile(routine, () => client.query(routine.statement.body));
  }
  await client.query('set local search_path = public, compat');
}

function definedNames(routine: CatalogObject): string[] {
  return [
    ...routine.statement.body.matchAll(/create\s+(?:or\s+replace\s+)?(?:function|aggregate)\s+(\w+)/gi),
  ].map((match) => match[1]?.toLowerCase() ?? '');
}

async function deployTable(
  client: ClientBase,
  table: CatalogObject,
  before: Deployed | undefined,
): Promise<void> {
  if (!before) {
    const tree = parseStatements(table.statement.parsable)[0];
    if (tree) await client.query(printNode(tree).replace(/^CREATE TABLE /, 'create table if not exists '));
  }
  const { rows } = await client.query<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = ('public.' || quote_ident($1))::regclass and attnum > 0 and not attisdropped`,
    [table.name],
  );
  const there = new Map(rows.map((row) => [row.name, row.type]));
  for (const column of table.columns) {
    if (there.has(column.name)) continue;
    await client.query(
      `alter table public.${identifier(table.name)} add column ${identifier(column.name)} ${column.type ?? 'text'}`,
    );
  }
  const gone = [...there.keys()].find((name) => !table.columns.some((column) => column.name === name));
  if (gone !== undefined) {
    throw new TableChangeError(
      `sql/${table.file} no longer has the column '${gone}', which the stored table '${table.name}' has; dropping it would lose data. ` +
        `Put it back, or drop it yourself: alter table ${table.name} drop column ${gone}`,
    );
  }
}

async function dropPlainViews(client: ClientBase, before: ReadonlyMap<string, Deployed>): Promise<void> {
  const views = [...before].filter(
    ([, object]) => object.kind === 'view' || object.kind === 'materialized view',
  );
  if (views.length > 0)
    await client.query(
      `drop view if exists ${views.map(([name]) => `public.${identifier(name)}`).join(', ')} cascade`,
    );
}

/** The table of a stored view, empty unless this version of it is there already. */
async function makeStore(
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
async function dropPostponed(client: ClientBase, layout: Layout): Promise<string[]> {
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

/** Installs the triggers that note changes; gives the views whose notes may be missing and that are built anew for it. */
async function deployCapture(
  client: ClientBase,
  layout: Layout,
  before: ReadonlyMap<string, Deployed>,
): Promise<string[]> {
  const stale: string[] = [];
  for (const table of watchedTables(layout)) {
    const changes = layout.changes.get(table.name);
    if (!changes) continue;
    const marks = marksOf(table, layout);
    const known = before.get(table.name)?.marks ?? null;
    if (known === marks) continue;
    for (const statement of captureSql(table.name, changes, layout.catalog)) await client.query(statement);
    if (known !== null)
      stale.push(
        ...layout.views
          .filter((view) =>
            layout.rules.get(view.name)?.leaves.some((leaf) => leaf.leaf.relation === table.name),
          )
          .map((view) => view.name),
      );
  }
  return stale;
}

/** The names that people use: thin views over the stored tables, and the plain views, in order. */
async function makeNames(client: ClientBase, layout: Layout): Promise<void> {
  for (const object of layout.catalog.objects) {
    if (object.kind === 'materialized view') {
      const columns = object.columns.map((column) => identifier(column.name)).join(', ');
      await client.query(
        `create view public.${identifier(object.name)} as select ${columns} from ${layout.tableOf(object.name)}`,
      );
    } else if (object.kind === 'view' && object.query) {
      const text = printSelect(toPostgres(object.query, null));
      await inFile(object, () => client.query(`create view public.${identifier(object.name)} as ${text}`));
    }
    if (object.kind !== 'function' && object.kind !== 'sink') await comment(client, object);
  }
}

async function comment(client: ClientBase, object: CatalogObject): Promise<void> {
  const kind = object.kind === 'table' ? 'table' : 'view';
  const name = `public.${identifier(object.name)}`;
  const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  const statements = [
    `comment on ${kind} ${name} is ${literal(object.header.summary)}`,
    ...object.columns
      .filter((column) => column.comment)
      .map((column) => `comment on column ${name}.${identifier(column.name)} is ${literal(column.comment)}`),
  ];
  await client.query(statements.join(';\n'));
}

/** Drops versions that are not in use any more, and views that left sql/. */
async function removeOld(
  client: ClientBase,
  layout: Layout,
  before: ReadonlyMap<string, Deployed>,
): Promise<string[]> {
  const current = new Set(layout.views.map((view) => layout.tableOf(view.name)));
  const { rows } = await client.query<{ table: string }>(
    `select 'store.' || tablename as table from pg_tables where schemaname = 'store'`,
  );
  for (const row of rows) if (!current.has(row.table)) await client.query(`drop table ${row.table}`);
  const removed = [...before.keys()].filter(
    (name) => before.get(name)?.kind === 'materialized view' && !layout.catalog.find(name),
  );
  for (const name of removed) {
    await client.query(`drop function if exists engine.${names.refresh(name)}(boolean, boolean)`);
    await client.query(`drop table if exists ${names.postponed(name)}`);
  }
  return removed;
}

async function recordDeployed(client: ClientBase, layout: Layout): Promise<void> {
  await client.query('delete from engine.deployed');
  const watched = new Set(watchedTables(layout).map((table) => table.name));
  const objects = layout.catalog.objects.filter((object) => object.dialect !== 'risingwave');
  for (const object of objects) {
    const hash = layout.hashes.get(object.name) ?? '';
    const changes = layout.changes.get(object.name);
    await client.query(
      'insert into engine.deployed (name, kind, hash, stored_as, marks, definition) values ($1, $2, $3, $4, $5, $6) on conflict (name) do nothing',
      [
        object.name,
        object.kind,
        hash,
        object.kind === 'materialized view' ? storeName(object.name, hash) : null,
        watched.has(object.name) && changes ? JSON.stringify(noteColumns(changes)) : null,
        object.statement.body,
      ],
    );
  }
}
