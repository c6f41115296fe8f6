import type { ClientBase } from 'pg';
import type { Catalog } from '../catalog/catalog.ts';
import type { CatalogObject } from '../catalog/object.ts';
import { expandQuery } from '../sql/expand.ts';
import { printSelect } from '../sql/parse.ts';
import { toPostgres } from './compile/dialect.ts';
import { identifier } from './compile/restrict.ts';

/**
 * Tables and views of a catalog as tables of a schema of its own, each view computed from nothing by its query: what the kept
 * views have to equal. For a database that the engine deployed, whose functions it calls.
 */
export class PlainCopy {
  readonly #catalog: Catalog;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** Makes landing tables, empty, in a schema that is there. */
  async createTables(client: ClientBase, schema: string, tables: readonly string[]): Promise<void> {
    for (const name of tables)
      await client.query(
        `create table ${tableIn(schema, name)} (${this.#catalog
          .get(name)
          .columns.map((column) => `${identifier(column.name)} ${column.type ?? 'text'}`)
          .join(', ')})`,
      );
  }

  /** Computes views from what the schema's tables hold; the views that they read have to be among them. */
  async computeViews(client: ClientBase, schema: string, views: readonly string[]): Promise<void> {
    await client.query("set search_path = public, compat; set timezone = 'UTC'");
    const wanted = new Set(views);
    // The catalog has each object after what it reads.
    for (const object of this.#catalog.objects.filter(({ name }) => wanted.has(name))) {
      await client.query(`create table ${tableIn(schema, object.name)} as ${this.#queryOf(object, schema)}`);
      await client.query(`analyze ${tableIn(schema, object.name)}`);
    }
  }

  #queryOf({ name, kind, query }: CatalogObject, schema: string): string {
    if (!query) throw new TypeError(`${name} is a ${kind} and has no query`);
    const direct = expandQuery(query, (relation) => (this.#catalog.find(relation) ? { stored: true } : null));
    return printSelect(toPostgres(direct, (relation) => tableIn(schema, relation)));
  }
}

function tableIn(schema: string, name: string): string {
  return `${identifier(schema)}.${identifier(name)}`;
}
