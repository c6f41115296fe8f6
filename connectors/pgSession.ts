import pg from 'pg';
import { LandingFailed } from './errors.ts';

/** How to reach the database: a URL, or the parts of one. */
export type Connection = string | pg.ClientConfig;

/** SQLSTATE classes and codes after which the same statement may succeed: connection, restart, deadlock, resources. */
const TRANSIENT = /^(08|53|57P0|40001|40P01)/;
const LOST = /ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT|terminated|not queryable|Connection ended/i;

/** One connection whose work runs one piece at a time; a lost connection is opened anew by the next piece. */
export class PgSession {
  private readonly connection: Connection;
  private readonly onConnect: string;
  private client: pg.Client | null = null;
  private tail: Promise<unknown> = Promise.resolve();

  /** @param onConnect SQL that is run first on every new connection. */
  constructor(connection: Connection, onConnect: string) {
    this.connection = connection;
    this.onConnect = onConnect;
  }

  /** Runs the work alone on the connection. Errors come back as LandingFailed. */
  run<T>(what: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
    const turn = this.tail.then(() => this.attempt(what, work));
    this.tail = turn.catch(() => undefined);
    return turn;
  }

  /** As `run`, inside one transaction. */
  transaction<T>(what: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
    return this.run(what, async (client) => {
      await client.query('begin');
      try {
        const result = await work(client);
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch(() => undefined);
        throw error;
      }
    });
  }

  /** Waits for the work under way, then disconnects. */
  async close(): Promise<void> {
    await this.tail;
    const client = this.client;
    this.client = null;
    await client?.end();
  }

  private async attempt<T>(what: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
    try {
      return await work(this.client ?? (await this.connect()));
    } catch (cause) {
      const error = failure(what, cause);
      if (error.transient) this.abandon();
      throw error;
    }
  }

  private async connect(): Promise<pg.Client> {
    const config =
      typeof this.connection === 'string' ? { connectionString: this.connection } : this.connection;
    const client = new pg.Client({ application_name: 'tickwave landing', ...config });
    client.on('error', () => this.forget(client));
    client.on('end', () => this.forget(client));
    await client.connect();
    await client.query(this.onConnect);
    this.client = client;
    return client;
  }

  /** After a broken socket the client's own events may come too late: the next piece must not meet it again. */
  private abandon(): void {
    const client = this.client;
    this.client = null;
    client?.end().catch(() => undefined);
  }

  private forget(client: pg.Client): void {
    if (this.client === client) this.client = null;
  }
}

function failure(what: string, cause: unknown): LandingFailed {
  const text = cause instanceof Error ? cause.message : String(cause);
  const code = sqlState(cause) ?? '';
  const transient = TRANSIENT.test(code) || LOST.test(`${code} ${text}`);
  const remedy = transient
    ? 'Nothing of it was stored; check that the database is up, then write the same batch again.'
    : 'Nothing of it was stored; check that the landing tables match sql/landing.';
  return new LandingFailed(`Landing ${what} failed: ${text.replace(/\.$/, '')}.`, remedy, {
    cause,
    transient,
  });
}

/** The five characters by which PostgreSQL names an error, or Node's code of a broken socket. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
