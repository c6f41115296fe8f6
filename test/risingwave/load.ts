import type pg from 'pg';
import { type BatchTable, batchInsert } from '../../engine/batchInsert.ts';
import type { Catalog } from '../../engine/catalog/catalog.ts';
import type { EngineProfile } from '../../engine/profile.ts';
import type { LandingRow } from './recording.ts';

/** A landing table as writers see it. */
export function batchTable(catalog: Catalog, name: string): BatchTable {
  const { columns, key, statement } = catalog.get(name);
  return {
    name,
    columns: columns.map((column) => ({ name: column.name, type: (column.type ?? 'varchar').toLowerCase() })),
    key,
    keepsFirst: statement.keepsFirst,
  };
}

/** Writes rows in their order, those of one table that follow each other in batches of at most so many. */
export async function load(
  client: pg.Client,
  profile: EngineProfile,
  catalog: Catalog,
  rows: readonly LandingRow[],
  batch: () => number,
): Promise<void> {
  for (let from = 0; from < rows.length; ) {
    const slice = rows.slice(from, from + Math.max(1, batch()));
    from += slice.length;
    for (const table of new Set(slice.map((item) => item.table))) {
      const own = withoutRepeats(
        slice.filter((item) => item.table === table),
        catalog.get(table).key,
      );
      await client.query(batchInsert(profile, batchTable(catalog, table)), [
        JSON.stringify(own.map(({ row }) => row)),
      ]);
    }
  }
}

/** PostgreSQL refuses to overwrite a row twice in one statement; across statements repeats are what the test is about. */
function withoutRepeats(rows: readonly LandingRow[], key: readonly string[]): LandingRow[] {
  const byKey = new Map(rows.map((item) => [JSON.stringify(key.map((column) => item.row[column])), item]));
  return [...byKey.values()];
}
