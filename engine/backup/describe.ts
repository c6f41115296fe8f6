import type { ClientBase } from 'pg';
import type { BackedUpTable } from './manifest.ts';

/** A table as a backup has to make it anew. */
export type TableForm = Pick<BackedUpTable, 'schema' | 'name' | 'columns' | 'key'>;

const OFFSETS = { schema: 'engine', name: 'kafka_offsets' };

/** The landing tables that were deployed, and how far Kafka was read: all that is not computed from something else. */
export async function describeTables(client: ClientBase): Promise<readonly TableForm[]> {
  const { rows } = await client.query<{ name: string }>(
    "select name from engine.deployed where kind = 'table' order by name",
  );
  const offsets = await client.query("select to_regclass('engine.kafka_offsets') is not null as there");
  const names = rows.map(({ name }) => ({ schema: 'public', name }));
  if ((offsets.rows[0] as { readonly there: boolean }).there) names.push(OFFSETS);
  const forms: TableForm[] = [];
  for (const name of names) forms.push(await describeTable(client, name));
  return forms;
}

async function describeTable(
  client: ClientBase,
  table: { readonly schema: string; readonly name: string },
): Promise<TableForm> {
  const qualified = `${table.schema}.${table.name}`;
  const { rows: columns } = await client.query<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
    [qualified],
  );
  const { rows: key } = await client.query<{ name: string }>(
    `select attname as name from pg_index
     cross join lateral unnest(indkey::int2[]) with ordinality as part (number, place)
     join pg_attribute on attrelid = indrelid and attnum = part.number
     where indrelid = $1::regclass and indisprimary order by part.place`,
    [qualified],
  );
  return { ...table, columns, key: key.map(({ name }) => name) };
}

/** `create table …` of a table that has its columns and its key, and nothing else. */
export function createTable({ schema, name, columns, key }: TableForm): string {
  const list = columns.map((column) => `${column.name} ${column.type}`);
  if (key.length > 0) list.push(`primary key (${key.join(', ')})`);
  return `create table ${schema}.${name} (${list.join(', ')})`;
}
