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
  for (const object of objects) {
    const { header } = object;
    await client.query('insert into public.catalog values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', [
      object.name,
      object.kind,
      object.layer,
      object.file,
      header.summary,
      object.key.join(', '),
      header.time,
      header.freshnessMs,
      header.why,
      object.statement.body,
    ]);
    await client.query(
      `insert into public.catalog_columns select $1, name, position, comment from unnest($2::text[], $3::text[]) with ordinality as t(name, comment, position)`,
      [
        object.name,
        object.columns.map((column) => column.name),
        object.columns.map((column) => column.comment),
      ],
    );
    await client.query('insert into public.catalog_lineage select $1, unnest($2::text[])', [
      object.name,
      [...new Set(object.inputs)],
    ]);
  }
  for (const [name, { whole, columns }] of fingerprints(layout.published, 'postgres'))
    await client.query('insert into public.catalog_fingerprints values ($1, $2, $3)', [
      ...[name, whole, JSON.stringify(Object.fromEntries(columns))],
    ]);
}
