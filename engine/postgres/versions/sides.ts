import type { Node, SelectStmt } from '@pgsql/types';
import { Catalog } from '../../catalog/catalog.ts';
import type { CatalogObject } from '../../catalog/object.ts';
import { pick, relationName, rewriteSelect } from '../../sql/tree.ts';
import { contentHashes, storedInputs } from '../deploy/hash.ts';

/** A view of another version, kept up to date beside the published one, under a name of its own. */
export interface Side {
  /** The view that it is a version of. */
  readonly view: string;
  readonly hash: string;
}

/** Two versions of sql/ in one catalog. */
export interface Combined {
  readonly catalog: Catalog;
  readonly hashes: ReadonlyMap<string, string>;
  /** By name in the catalog. */
  readonly sides: ReadonlyMap<string, Side>;
}

/**
 * Adds to the published objects the stored views of another version whose rows differ. Nobody reads them by name; to the engine
 * they are views like any other. A view that is the same in both, with all that it reads, is there once.
 */
export function withSides(published: Catalog, other: Catalog | null): Combined {
  const own = contentHashes(published);
  if (other === null) return { catalog: published, hashes: own, sides: new Map() };
  const theirs = contentHashes(other);
  const sides = new Map<string, Side>();
  const nameOf = new Map<string, string>();
  for (const object of other.objects) {
    const hash = theirs.get(object.name) ?? '';
    if (object.kind !== 'materialized view' || own.get(object.name) === hash) continue;
    const name = sideName(object.name, hash);
    sides.set(name, { view: object.name, hash });
    nameOf.set(object.name, name);
  }
  const views = other.objects.flatMap((object) => {
    const name = nameOf.get(object.name);
    return name === undefined ? [] : [renamed(object, name, nameOf, other)];
  });
  const objects = [...newFunctions(published, other), ...mergedTables(published, other), ...views];
  const hashes = new Map([...theirs, ...own, ...[...sides].map(([name, { hash }]) => [name, hash] as const)]);
  return { catalog: new Catalog(objects), hashes, sides };
}

/** The name of another version's view in the catalog and in what the engine makes for it. */
export function sideName(view: string, hash: string): string {
  return `${view.slice(0, 40)}__${hash.slice(0, 8)}`;
}

/** With plain views put in place, since those of the same name may differ, and names of other views as they are here. */
function renamed(
  object: CatalogObject,
  name: string,
  nameOf: ReadonlyMap<string, string>,
  other: Catalog,
): CatalogObject {
  const query: SelectStmt = rewriteSelect(other.expanded(object), (node): Node | null => {
    const relation = pick(node, 'RangeVar');
    const next = relation && nameOf.get(relationName(relation));
    if (!relation || next === undefined) return null;
    const alias = relation.alias ?? { aliasname: relation.relname ?? '' };
    return { RangeVar: { ...relation, relname: next, alias } };
  });
  const inputs = storedInputs(object, other).map((input) => nameOf.get(input.name) ?? input.name);
  return { ...object, name, query, inputs };
}

/** Functions that only the other version calls; of a changed one there can't be two: it is refused before it comes to this. */
function newFunctions(published: Catalog, other: Catalog): CatalogObject[] {
  const known = new Set(published.objects.map(({ file }) => file));
  return other.objects.filter(({ kind, file }) => kind === 'function' && !known.has(file));
}

/** Landing tables hold rows for both versions: with the columns of both, and those that only one of them knows. */
function mergedTables(published: Catalog, other: Catalog): CatalogObject[] {
  const tables = other.objects.filter(({ kind }) => kind === 'table');
  const more = tables.filter(({ name }) => published.find(name) === undefined);
  const merged = published.objects.map((object) => {
    const twin = object.kind === 'table' ? tables.find(({ name }) => name === object.name) : undefined;
    const added = twin?.columns.filter((column) => !object.columns.some(({ name }) => name === column.name));
    return added && added.length > 0 ? { ...object, columns: [...object.columns, ...added] } : object;
  });
  return [...more, ...merged];
}
