import type { Catalog } from '../catalog/catalog.ts';
import type { CatalogObject } from '../catalog/object.ts';
import { fingerprints } from '../versions/fingerprint.ts';
import { insertRows, literal } from './text.ts';

const FINGERPRINTS = 'catalog_fingerprints';

/** Key of an object in Tickwave's own tables; an aggregate may have the name of a view. */
export function deployedName(object: Pick<CatalogObject, 'name' | 'kind'>): string {
  return object.kind === 'function' ? `${object.name}()` : object.name;
}

/** Tables that describe sql/ to those who query: RisingWave keeps comments of tables only, and shows them nowhere else. */
export const CATALOG_TABLES: ReadonlyMap<string, string> = new Map([
  [
    'catalog',
    `create table catalog (name varchar, kind varchar, layer varchar, file varchar, summary varchar, grain varchar,
  time_column varchar, freshness_ms double precision, why varchar, definition varchar, primary key (name))`,
  ],
  [
    'catalog_columns',
    'create table catalog_columns (object varchar, name varchar, position int, comment varchar, primary key (object, name))',
  ],
  [
    'catalog_lineage',
    'create table catalog_lineage (object varchar, reads varchar, primary key (object, reads))',
  ],
  // The files as they were deployed: what a plan compares sql/ with.
  [
    'engine_files',
    'create table engine_files (name varchar, file varchar, source varchar, primary key (name))',
  ],
  [
    FINGERPRINTS,
    `create table ${FINGERPRINTS} (object varchar, fingerprint varchar, columns varchar, primary key (object))`,
  ],
]);

/**
 * Says what the columns of all objects mean from now on: one changed text changes what all mean that come from it. A row a relation, so
 * that it changes at once.
 */
export function fingerprintRows(catalog: Catalog): string {
  const rows = [...fingerprints(catalog, 'risingwave')].map(([name, { whole, columns }]) => [
    ...[name, whole, JSON.stringify(Object.fromEntries(columns))],
  ]);
  return insertRows(FINGERPRINTS, rows);
}

/** Says that what these relations mean is about to change: nobody who needs to know is to read them until it is said. */
export function meaningChanges(names: readonly string[]): string {
  return insertRows(
    FINGERPRINTS,
    names.map((name) => [name, null, null]),
  );
}

/** Rows of the tables that describe these objects. */
export function catalogRows(objects: readonly CatalogObject[]): string[] {
  const described = objects.filter((object) => object.kind !== 'function');
  const own = described.map(({ name, kind, layer, file, header, key, statement }) => [
    name,
    kind,
    layer,
    file,
    header.summary,
    key.join(', '),
    header.time,
    header.freshnessMs,
    header.why,
    statement.body,
  ]);
  const columns = described.flatMap((object) =>
    object.columns.map(({ name, comment }, index) => [object.name, name, index + 1, comment]),
  );
  const lineage = described.flatMap((object) =>
    [...new Set(object.inputs)].map((input) => [object.name, input]),
  );
  const files = objects.map((object) => [deployedName(object), object.file, object.statement.text]);
  return [
    ['catalog', own] as const,
    ['catalog_columns', columns] as const,
    ['catalog_lineage', lineage] as const,
    ['engine_files', files] as const,
  ].flatMap(([table, rows]) => (rows.length > 0 ? [insertRows(table, rows)] : []));
}

/** What an object's documentation is, for telling whether it changed. */
export function documentationOf({ header, columns, file, statement }: CatalogObject): string {
  return JSON.stringify([header, columns, file, statement.text]);
}

/** Comments of a table and its columns; of other kinds RisingWave keeps none. */
export function commentStatements({ kind, name, header, columns }: CatalogObject): string[] {
  if (kind !== 'table') return [];
  return [
    `comment on table ${name} is ${literal(header.summary)}`,
    ...columns
      .filter((column) => column.comment)
      .map((column) => `comment on column ${name}.${column.name} is ${literal(column.comment)}`),
  ];
}
