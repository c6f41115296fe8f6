import { readFileSync } from 'node:fs';
import type { BatchTable } from '../batchInsert.ts';
import { readObject } from '../catalog/read.ts';

const known = new Map<string, BatchTable>();

/** A table of sql/landing as its writers see it: its columns, its key, and which row of a key stays. */
export function landingTable(name: string): BatchTable {
  const table = known.get(name) ?? readTable(name);
  known.set(name, table);
  return table;
}

function readTable(name: string): BatchTable {
  const file = `landing/${name}.sql`;
  const read = readObject(file, readFileSync(new URL(`../../sql/${file}`, import.meta.url), 'utf8'));
  if ('problem' in read) throw new TypeError(`sql/${file}: ${read.problem.message}`);
  const { columns, key, statement } = read.object;
  return {
    name,
    columns: columns.map((column) => ({ name: column.name, type: column.type ?? 'varchar' })),
    key,
    keepsFirst: statement.keepsFirst,
  };
}
