import type { EngineProfile } from './profile.ts';

/** A landing table as a writer sees it. */
export interface BatchTable {
  readonly name: string;
  /** All columns. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly key: readonly string[];
  /** The first row of a key stays; otherwise the last one does. */
  readonly keepsFirst: boolean;
}

const NAME = /^[a-z_][a-z0-9_]*$/;
const TYPE = /^[a-z][a-z0-9_ ]*$/;

/**
 * A statement that writes many rows at once: its one parameter is a JSON array of objects, decimals and counts as text so that
 * every digit arrives, times in ISO 8601, a missing field as null. Sending the same rows twice changes nothing.
 *
 * @example
 * await client.query(batchInsert(profile, table), [JSON.stringify(rows)]);
 */
export function batchInsert(profile: EngineProfile, table: BatchTable): string {
  for (const { name, type } of [{ name: table.name, type: 'text' }, ...table.columns]) {
    if (!NAME.test(name)) throw new TypeError(`'${name}' is no plain name of SQL; rename it in sql/landing`);
    if (!TYPE.test(type)) throw new TypeError(`column ${name}: '${type}' is no plain type of SQL`);
  }
  const values = table.columns.map(({ name, type }) =>
    type === 'varchar' ? `x->>'${name}'` : `(x->>'${name}')::${type}`,
  );
  // Named, for a column that was added to a stored table is its last one there.
  const names = table.columns.map(({ name }) => name);
  return (
    `insert into ${table.name} (${names.join(', ')}) select ${values.join(', ')} ` +
    `from (select jsonb_array_elements($1::jsonb) as x) t${conflictClause(profile, table)}`
  );
}

/** What a statement adds so that a second row of a key does what the table says; nothing where the table itself does it. */
export function conflictClause(profile: EngineProfile, table: BatchTable): string {
  if (profile.conflicts === 'table') return '';
  const rest = table.columns.filter(({ name }) => !table.key.includes(name));
  if (table.keepsFirst || rest.length === 0) return ` on conflict (${table.key.join(', ')}) do nothing`;
  const sets = rest.map(({ name }) => `${name} = excluded.${name}`);
  return ` on conflict (${table.key.join(', ')}) do update set ${sets.join(', ')}`;
}
