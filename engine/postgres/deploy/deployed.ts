import type { ClientBase } from 'pg';
import { noteColumns } from '../compile/changes.ts';
import { type Layout, storeName, watchedTables } from './plan.ts';

export interface Deployed {
  readonly kind: string;
  readonly hash: string;
  readonly storedAs: string | null;
  readonly marks: string | null;
  readonly definition: string;
}

export async function readDeployed(client: ClientBase): Promise<Map<string, Deployed>> {
  const { rows } = await client.query<Deployed & { name: string }>(
    'select name, kind, hash, stored_as as "storedAs", marks, definition from engine.deployed',
  );
  return new Map(rows.map((row) => [row.name, row]));
}

export async function recordDeployed(client: ClientBase, layout: Layout): Promise<void> {
  await client.query('delete from engine.deployed');
  const watched = new Set(watchedTables(layout).map((table) => table.name));
  // A table that only another version knows is there all the same, with its marks.
  const tables = layout.tables.filter((table) => layout.published.find(table.name) === undefined);
  const objects = [...layout.published.objects, ...tables].filter(({ dialect }) => dialect !== 'risingwave');
  for (const object of objects) {
    const hash = layout.hashes.get(object.name) ?? '';
    const changes = layout.changes.get(object.name);
    await client.query(
      'insert into engine.deployed (name, kind, hash, stored_as, marks, definition, file, source) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (name) do nothing',
      [
        object.name,
        object.kind,
        hash,
        object.kind === 'materialized view' ? storeName(object.name, hash) : null,
        watched.has(object.name) && changes ? JSON.stringify(noteColumns(changes)) : null,
        object.statement.body,
        object.file,
        object.statement.text,
      ],
    );
  }
}

/** Remembers what building a view from nothing cost: the next plan's estimate. */
export async function recordBuild(
  client: ClientBase,
  view: string,
  rows: number,
  seconds: number,
): Promise<void> {
  if (rows === 0) return;
  await client.query(
    `insert into engine.builds (view, rows, seconds) values ($1, $2, $3)
     on conflict (view) do update set rows = excluded.rows, seconds = excluded.seconds, built_at = now()`,
    [view, rows, seconds],
  );
}
