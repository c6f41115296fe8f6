import { randomBytes } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { Catalog } from '../catalog/catalog.ts';
import { suggestName } from '../catalog/nearest.ts';
import type { CatalogObject } from '../catalog/object.ts';
import { toPostgres } from '../postgres/compile/dialect.ts';
import { identifier } from '../postgres/compile/restrict.ts';
import { expandQuery } from '../sql/expand.ts';
import { printSelect } from '../sql/parse.ts';
import type { TextRow } from './compare.ts';
import type { WrittenRow } from './testFile.ts';

/** A test names something that the catalog has not. */
export class ViewTestError extends Error {
  override readonly name = 'ViewTestError';
}

/** Values as PostgreSQL prints them: neither microseconds nor digits are lost. */
const asText = { getTypeParser: () => (value: string) => value };

/**
 * Every table and view of a catalog as an empty table, in a schema of its own that ends with the transaction: a test of a
 * view disturbs nothing that the database holds, and needs nothing of it.
 */
export class Scratch {
  readonly #client: ClientBase;
  readonly #catalog: Catalog;
  readonly #schema = `view_test_${randomBytes(4).toString('hex')}`;

  constructor(client: ClientBase, catalog: Catalog) {
    this.#client = client;
    this.#catalog = catalog;
  }

  /** Makes the tables. Call in a transaction. */
  async create(): Promise<void> {
    await this.#client.query(
      `create schema ${this.#schema}; set local search_path = ${this.#schema}; set local timezone = 'UTC'`,
    );
    for (const object of this.#catalog.objects) {
      if (object.kind === 'function' && object.dialect !== 'risingwave')
        await this.#client.query(object.statement.body);
      if (object.kind === 'table')
        await this.#client.query(`create table ${this.#table(object.name)} (${tableColumns(object)})`);
      if (object.query)
        await this.#client.query(
          `create table ${this.#table(object.name)} as ${this.#queryOf(object)} with no data`,
        );
    }
  }

  /** Column types of a table or view. */
  async types(name: string): Promise<Map<string, string>> {
    const { rows } = await this.#client.query<{ name: string; type: string }>(
      'select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = $1::regclass and attnum > 0 order by attnum',
      [this.#table(name)],
    );
    return new Map(rows.map((row) => [row.name, row.type]));
  }

  async fill(name: string, rows: readonly WrittenRow[]): Promise<void> {
    const columns = this.#known(name, rows).map(identifier).join(', ');
    if (rows.length === 0) return;
    await this.#client.query(`insert into ${this.#table(name)} (${columns}) ${this.#rowsOf(name, columns)}`, [
      JSON.stringify(rows),
    ]);
  }

  /** Written rows with their values as the columns' types print them. */
  async normalised(name: string, rows: readonly WrittenRow[]): Promise<TextRow[]> {
    const columns = this.#known(name, rows);
    if (columns.length === 0) return rows.map(() => ({}));
    const text = this.#rowsOf(name, columns.map(identifier).join(', '));
    const all = await this.#client.query<Record<string, string | null>>({
      text,
      values: [JSON.stringify(rows)],
      types: asText,
    });
    return all.rows.map((row, index) =>
      Object.fromEntries(Object.keys(rows[index] ?? {}).map((column) => [column, row[column] ?? null])),
    );
  }

  /** Rows of a view over what its inputs were filled with. */
  async rows(view: CatalogObject): Promise<TextRow[]> {
    return (
      await this.#client.query<Record<string, string | null>>({ text: this.#queryOf(view), types: asText })
    ).rows;
  }

  #table(name: string): string {
    return `${this.#schema}.${identifier(name)}`;
  }

  #rowsOf(name: string, columns: string): string {
    return `select ${columns} from json_populate_recordset(null::${this.#table(name)}, $1::json)`;
  }

  /** The query over its direct inputs: only CTEs are put in place. */
  #queryOf(object: CatalogObject): string {
    if (!object.query) throw new ViewTestError(`${object.name} is a ${object.kind} and has no query to test`);
    const direct = expandQuery(object.query, (name) => (this.#catalog.find(name) ? { stored: true } : null));
    return printSelect(toPostgres(direct, (name) => this.#table(name)));
  }

  /** Columns that rows name, in the order of the table. */
  #known(name: string, rows: readonly WrittenRow[]): string[] {
    const columns = this.#catalog.get(name).columns.map((column) => column.name);
    const written = new Set(rows.flatMap((row) => Object.keys(row)));
    const unknown = [...written].find((column) => !columns.includes(column));
    if (unknown !== undefined)
      throw new ViewTestError(`'${name}' has no column '${unknown}'; ${suggestName(unknown, columns)}`);
    return columns.filter((column) => written.has(column));
  }
}

/** Columns and types alone: a test's rows state what they are about and leave keys null. */
function tableColumns(table: CatalogObject): string {
  return table.columns.map((column) => `${identifier(column.name)} ${column.type ?? 'text'}`).join(', ');
}
