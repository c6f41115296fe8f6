import pg, { type ClientBase } from 'pg';
import type { ObjectKind } from './catalog/object.ts';
import type { EngineName } from './statements.ts';

/**
 * In what the two engines differ for those who send SQL: the one table of it. Code asks a flag of the profile that it was given,
 * or takes one of two implementations behind a port by it; nothing else in Tickwave compares an engine's name.
 */
export interface EngineProfile {
  readonly name: EngineName;
  /** As people call it. */
  readonly title: string;
  /** `begin … commit` makes several writes one. Where it does not, order writes so that the next run repairs a crash between two. */
  readonly transactions: boolean;
  /** Begins a transaction that only reads, in which every query sees the same moment. */
  readonly snapshot: string;
  /** `pg_advisory_lock` and its kin. Where there are none, whoever must be alone takes a lease: a row with an owner and an end. */
  readonly advisoryLocks: boolean;
  /**
   * Who says what a second row of a key does: each statement by `on conflict`, or the table by what stands behind its columns
   * (`on conflict do nothing` keeps the first row, nothing overwrites it). sql/landing says the same for both.
   */
  readonly conflicts: 'statement' | 'table';
  /** How many rows go in one statement: `unnest($1::text[], …)`, or `jsonb_array_elements($1::jsonb)`, see `batchInsert`. */
  readonly batches: 'arrays' | 'json';
  /**
   * Most bytes of rows in one statement; null where nothing but memory limits them. RisingWave sends plans with their values over
   * gRPC, whose messages have 4 MB at most unless a server says otherwise.
   */
  readonly batchBytes: number | null;
  /** How rows of several keys are read by index: walked in one statement (`cross join lateral (… offset 0)`), or a query each. */
  readonly walks: 'lateral' | 'queries';
  /** Whether text has an order of its own that a query has to put aside (`collate "C"`); where it has none it goes by its bytes. */
  readonly collations: boolean;
  /** Sizes and estimates (`pg_database_size`, `pg_stat_user_tables`). */
  readonly statistics: boolean;
  /** Who makes a hash of a row: the database from the text of the row, or whoever reads it. */
  readonly rowHashes: 'database' | 'reader';
  /** Statement that makes what this connection wrote visible to readers; null where a commit does. */
  readonly flush: string | null;
  /** Who keeps materialized views up to date: Tickwave's own refresh loop, or the database. */
  readonly refreshedBy: 'tickwave' | 'database';
  /** Who reads the topics behind landing tables: Tickwave's own consumer, or the database. */
  readonly topicsReadBy: 'tickwave' | 'database';
  /** How changed rows become known. */
  readonly changes: 'notify' | 'subscription';
  /** Kinds of objects whose comments can be read back; the tables catalog and catalog_columns hold all of them on both engines. */
  readonly comments: readonly ObjectKind[];
  /** What every connection runs first: times without a zone are read in the session's. */
  readonly session: string;
}

/** PostgreSQL, embedded or not. */
export const POSTGRES: EngineProfile = {
  name: 'postgres',
  title: 'PostgreSQL',
  transactions: true,
  snapshot: 'begin isolation level repeatable read read only',
  advisoryLocks: true,
  conflicts: 'statement',
  batches: 'arrays',
  batchBytes: null,
  walks: 'lateral',
  collations: true,
  statistics: true,
  rowHashes: 'database',
  flush: null,
  refreshedBy: 'tickwave',
  topicsReadBy: 'tickwave',
  changes: 'notify',
  comments: ['table', 'materialized view', 'view', 'function'],
  session: "set timezone = 'UTC'",
};

/** RisingWave 2.8, as far as it was seen to work. */
export const RISINGWAVE: EngineProfile = {
  name: 'risingwave',
  title: 'RisingWave',
  transactions: false,
  snapshot: 'begin read only',
  advisoryLocks: false,
  conflicts: 'table',
  batches: 'json',
  batchBytes: 1_000_000,
  walks: 'queries',
  collations: false,
  statistics: false,
  rowHashes: 'reader',
  flush: 'flush',
  refreshedBy: 'database',
  topicsReadBy: 'database',
  changes: 'subscription',
  comments: ['table'],
  session: "set timezone = 'UTC'",
};

/** Profile of the engine that answers `select version()` with this text. */
export function profileOf(version: string): EngineProfile {
  return /\bRisingWave\b/i.test(version) ? RISINGWAVE : POSTGRES;
}

/** Asks a database what it is. */
export async function detectProfile(client: Pick<ClientBase, 'query'>): Promise<EngineProfile> {
  const { rows } = await client.query<{ version: string }>('select version() as version');
  return profileOf(rows[0]?.version ?? '');
}

/** Asks the database at an address what it is. */
export async function askProfile(url: string): Promise<EngineProfile> {
  const client = new pg.Client({ connectionString: url, application_name: 'tickwave' });
  client.on('error', () => {});
  await client.connect();
  try {
    return await detectProfile(client);
  } finally {
    await client.end();
  }
}

/** Ends statements of this session after so long, rounded up to seconds: RisingWave wants a unit, PostgreSQL takes one. */
export function statementTimeout(milliseconds: number): string {
  return `set statement_timeout = '${Math.ceil(milliseconds / 1000)}s'`;
}
