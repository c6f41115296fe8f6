import { readFileSync } from 'node:fs';
import pg from 'pg';

const OFFSETS = readFileSync(new URL('./sql/offsets.sql', import.meta.url), 'utf8');

/**
 * A crash may take the last commits back, rows and offsets together: they are read from the topic again. So commits need no
 * flush of their own.
 */
const SETTINGS = `set timezone = 'UTC'; set synchronous_commit = off; set search_path = public`;

/** One connection to the database, opened anew after it broke; work on it is one transaction at a time. */
export class StoreConnection {
  readonly #url: string;
  #client: pg.Client | null = null;

  constructor(url: string) {
    this.#url = url;
  }

  /** A name for the consumer group that only consumers of this database share. */
  async identity(): Promise<string> {
    const client = await this.#connected();
    const { rows } = await client.query<{ name: string }>(
      `select system_identifier || '-' || current_database() as name from pg_control_system()`,
    );
    return rows[0]?.name ?? '';
  }

  /** Errors begin with `the database: `. */
  async transaction<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = await this.#connected();
    try {
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      // Whatever it was, a new connection has no transaction half open.
      if (this.#client === client) this.#client = null;
      client.end().catch(() => undefined);
      throw trouble(error);
    }
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => undefined);
  }

  async #connected(): Promise<pg.Client> {
    if (this.#client !== null) return this.#client;
    const client = new pg.Client({ connectionString: this.#url, application_name: 'tickwave kafka' });
    const forget = (): void => {
      if (this.#client === client) this.#client = null;
    };
    client.on('error', forget);
    client.on('end', forget);
    try {
      await client.connect();
      await client.query(SETTINGS);
      await client.query(OFFSETS);
    } catch (error) {
      client.end().catch(() => undefined);
      throw trouble(error);
    }
    this.#client = client;
    return client;
  }
}

function trouble(cause: unknown): Error {
  if (cause instanceof Error && cause.message.startsWith('the database: ')) return cause;
  return new Error(`the database: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}
