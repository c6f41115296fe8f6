import type { ClientBase } from 'pg';

/**
 * Computes views from nothing, in a schema of their own; passed in, since `jobs` knows the database by SQL only. Of names given
 * in any order, what is read comes before what reads it.
 */
export interface Recomputation {
  /** Makes landing tables, empty. */
  createTables(client: ClientBase, schema: string, tables: readonly string[]): Promise<void>;
  /** Computes views from the schema's tables, each into a table. */
  computeViews(client: ClientBase, schema: string, views: readonly string[]): Promise<void>;
}
