import type { ClientBase } from 'pg';
import { identifier } from '../compile/restrict.ts';
import type { Layout } from '../deploy/plan.ts';

/** A column of a landing table that only a version knows which is dropped. */
export interface AddedColumn {
  readonly table: string;
  readonly column: string;
}

/** Columns that landing tables gained for a version which the other layout does without. */
export function addedColumns(from: Layout, to: Layout): AddedColumn[] {
  return to.tables.flatMap(({ name, columns }) => {
    const stay = new Set(columns.map((column) => column.name));
    const had = from.tables.find((table) => table.name === name)?.columns ?? [];
    return had.flatMap((column) => (stay.has(column.name) ? [] : [{ table: name, column: column.name }]));
  });
}

/**
 * Takes them out again, but those that rows have values in: these are for people to decide about. The tables have to be locked from
 * before the snapshot on, or a value that is written meanwhile would go unseen.
 */
export async function dropUnused(client: ClientBase, added: readonly AddedColumn[]): Promise<void> {
  for (const { table, column } of added) {
    const [from, name] = [`public.${identifier(table)}`, identifier(column)];
    const there = await client.query(
      'select from pg_attribute where attrelid = $1::regclass and attname = $2 and not attisdropped',
      [from, column],
    );
    if (there.rowCount === 0) continue; // Somebody took it out by hand, as was said.
    const { rows } = await client.query<{ used: boolean }>(
      `select exists (select from ${from} where ${name} is not null) as used`,
    );
    if (rows[0]?.used === false) await client.query(`alter table ${from} drop column ${name}`);
  }
}
