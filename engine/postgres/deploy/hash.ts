import { createHash } from 'node:crypto';
import type { Catalog } from '../../catalog/catalog.ts';
import type { CatalogObject } from '../../catalog/object.ts';
import { callsIn } from '../../slices/expression.ts';
import { treeKey } from '../../sql/tree.ts';

/** Raised when the engine lays out stored rows in another way than before: every view is then built anew. */
const LAYOUT = 1;

/**
 * What decides the rows of each object, as a hash: a view's query, key and time with plain views put in place, the functions it
 * calls and the views it reads. Comments, spacing and the owner's notes are not in it.
 */
export function contentHashes(
  catalog: Catalog,
  engine: 'postgres' | 'risingwave' = 'postgres',
): Map<string, string> {
  const hashes = new Map<string, string>();
  const other = engine === 'postgres' ? 'risingwave' : 'postgres';
  // A function has a file of its name for each engine.
  const objects = catalog.objects.filter((object) => object.dialect !== other);
  const functions = objects.filter((object) => object.kind === 'function');
  for (const object of objects) hashes.set(object.name, hashOf(object, catalog, functions, hashes));
  return hashes;
}

function hashOf(
  object: CatalogObject,
  catalog: Catalog,
  functions: readonly CatalogObject[],
  known: ReadonlyMap<string, string>,
): string {
  const digest = createHash('sha256').update(String(LAYOUT));
  if (object.kind !== 'materialized view')
    return digest.update(object.statement.body.toLowerCase().replace(/\s+/g, ' ')).digest('hex');
  const query = catalog.expanded(object);
  digest.update(JSON.stringify([treeKey(query), object.key, object.header.time]));
  const called = new Set(callsIn({ SelectStmt: query }));
  for (const routine of functions) if (called.has(routine.name)) digest.update(routine.statement.body);
  for (const input of storedInputs(object, catalog))
    if (input.query) digest.update(known.get(input.name) ?? '');
  return digest.digest('hex');
}

/** Stored relations that an object reads, through plain views too. */
export function storedInputs(object: CatalogObject, catalog: Catalog): CatalogObject[] {
  const found = new Map<string, CatalogObject>();
  const visit = (current: CatalogObject): void => {
    for (const name of current.inputs) {
      const input = catalog.find(name);
      if (input?.kind === 'view') visit(input);
      else if (input) found.set(name, input);
    }
  };
  visit(object);
  return [...found.values()];
}
