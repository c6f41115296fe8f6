import type { ClientBase } from 'pg';
import { fingerprints } from '../../versions/fingerprint.ts';
import type { Layout } from './plan.ts';

/**
 * Fills the tables that describe sql/ to analysts and jobs: `catalog`, `catalog_columns`, `catalog_lineage`, `catalog_fingerprints`. In the
 * transaction that gives names to what they describe: one statement sees both as they were before, or both as they are now.
 */
export async function writeCatalogTables(client: ClientBase, layout: Layout): Promise<void> {
  const objects = layout.published.objects.filter((object) => object.kind !== 'function');
  await client.query(`
    create table if not exists public.catalog (
      name text primary key, kind text, layer text, file text, summary text, grain text, time_column text, freshness_ms double precision, why text, definition text
    );
    create table if not exists public.catalog_columns (object text, name text, position integer, comment text, primary key (object, name));
    create table if not exists public.catalog_lineage (object text, reads text, primary key (object, reads));
    create table if not exists public.catalog_fingerprints (object text primary key, fingerprint text, columns text);
    delete from public.catalog_fingerprints; delete from public.catalog; delete from public.catalog_columns; delete from public.catalog_lineage;`);
  await fill(
    client,
    'catalog',
    'name text, kind text, layer text, file text, summary text, grain text, time_column text, freshness_ms double precision, why text, definition text',
    objects.map(({ name, kind, layer, file, header, key, statement }) => ({
      ...{ name, kind, layer, file, summary: header.summary, grain: key.join(', '), why: header.why },
      ...{ time_column: header.time, freshness_ms: header.freshnessMs, definition: statement.body },
    })),
  );
  await fill(
    client,
    'catalog_columns',
    'object text, name text, position integer, comment text',
    objects.flatMap(({ name: object, columns }) =>
      columns.map(({ name, comment }, index) => ({ object, name, position: index + 1, comment })),
    ),
  );
  await fill(
    client,
    'catalog_lineage',
    'object text, reads text',
    objects.flatMap(({ name: object, inputs }) => [...new Set(inputs)].map((reads) => ({ object, reads }))),
  );
  await fill(
    client,
    'catalog_fingerprints',
    'object text, fingerprint text, columns text',
    [...fingerprints(layout.published, 'postgres')].map(([object, { whole, columns }]) => ({
      ...{ object, fingerprint: whole, columns: JSON.stringify(Object.fromEntries(columns)) },
    })),
  );
}

/** All rows of a table in one statement: names wait for it. */
async function fill(
  client: ClientBase,
  table: string,
  columns: string,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  const list = columns.split(', ').map((column) => column.split(' ')[0]);
  await client.query(
    `insert into public.${table} (${list.join(', ')}) select ${list.join(', ')} from jsonb_to_recordset($1::jsonb) as rows (${columns})`,
    [JSON.stringify(rows)],
  );
}
