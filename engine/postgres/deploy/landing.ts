import type { ClientBase } from 'pg';
import type { CatalogObject } from '../../catalog/object.ts';
import { parseStatements, printNode } from '../../sql/parse.ts';
import { captureSql, noteColumns } from '../compile/changes.ts';
import { identifier } from '../compile/restrict.ts';
import type { Deployed } from './deployed.ts';
import { TableChangeError } from './errors.ts';
import { type Layout, watchedTables } from './plan.ts';

export async function deployTable(
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

/** Tables there are whose changes were not noted so far, or not in this way. */
export async function newlyWatched(
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

/** Installs the triggers that note changes; gives the views whose notes may be missing and that are built anew for it. */
export async function deployCapture(
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
