import type { SelectStmt } from '@pgsql/types';
import type { Header } from './header.ts';
import type { Statement } from './statement.ts';

export type ObjectKind = 'table' | 'materialized view' | 'view' | 'function' | 'index' | 'sink';

/** The engine that a file is for; `both` for everything but functions. */
export type Dialect = 'both' | 'postgres' | 'risingwave';

export interface Column {
  readonly name: string;
  /** The line of explanation beside it. */
  readonly comment: string;
  /** As written, for tables; null for views, whose types the engine derives. */
  readonly type: string | null;
}

/** One file of `sql/`. */
export interface CatalogObject {
  readonly name: string;
  readonly kind: ObjectKind;
  readonly dialect: Dialect;
  /** Path below the sql folder. */
  readonly file: string;
  /** The folder it is in: `landing`, `candles`, … */
  readonly layer: string;
  readonly header: Header;
  readonly statement: Statement;
  readonly columns: readonly Column[];
  /** Primary key of a table, grain of a view. */
  readonly key: readonly string[];
  /** Relations it reads, by name. */
  readonly inputs: readonly string[];
  /** Parsed query of a view. */
  readonly query: SelectStmt | null;
}
