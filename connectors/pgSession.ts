import pg from 'pg';
import { detectProfile, type EngineProfile } from '../engine/profile.ts';
import { LandingFailed } from './errors.ts';

/** How to reach the database: a URL, or the parts of one. */
export type Connection = string | pg.ClientConfig;

/** SQLSTATE classes and codes after which the same statement may succeed: connection, restart, deadlock, resources. */
const TRANSIENT = /^(08|53|57P0|40001|40P01)/;
const LOST = /ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT|terminated|not queryable|Connection ended/i;

/** What is done on the connection, which is of this engine. */
export type SessionWork<T> = (client: pg.Client, profile: EngineProfile) => Promise<T>;

interface Open {
  readonly client: pg.Client;
  readonly profile: EngineProfile;
}

/** One connection whose work runs one piece at a time; a lost connection is opened anew by the next piece. */
export class PgSession {
  private readonly connection: Connection;
  private readonly settings: (profile: EngineProfile) => string | null;
  private open: Open | null = null;
  private tail: Promise<unknown> = Promise.resolve();

  /** @param settings SQL that is run on every new connection, after that which every connection to its engine begins with. */
  constructor(connection: Connection, settings: (profile: EngineProfile) => string | null = () => null) {
    this.connection = connection;
    this.settings = settings;
  }

  /** Runs the work alone on the connection. Errors come back as LandingFailed. */
  run<T>(what: string, work: SessionWork<T>): Promise<T> {
    const turn = this.tail.then(() => this.attempt(what, work));
    this.tail = turn.catch(() => undefined);
    return turn;
  }

  /** As `run`, inside one transaction where the engine has any. */
  transaction<T>(what: string, work: SessionWork<T>): Promise<T> {
    return this.run(what, async (client, profile) => {
      if (!profile.transactions) return work(client, profile);
      await client.query('begin');
      try {
        const result = await work(client, profile);
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
    const open = this.open;
    this.open = null;
    await open?.client.end();
  }

  private async attempt<T>(what: string, work: SessionWork<T>): Promise<T> {
    try {
      const { client, profile } = this.open ?? (await this.connect());
      return await work(client, profile);
    } catch (cause) {
      const error = failure(what, cause);
      if (error.transient) this.abandon();
      throw error;
    }
  }

  private async connect(): Promise<Open> {
    const config =
      typeof this.connection === 'string' ? { connectionString: this.connection } : this.connection;
    const client = new pg.Client({ application_name: 'tickwave landing', ...config });
    client.on('error', () => this.forget(client));
    client.on('end', () => this.forget(client));
    await client.connect();
    const profile = await detectProfile(client);
    await client.query(profile.session);
    const settings = this.settings(profile);
    if (settings !== null) await client.query(settings);
    this.open = { client, profile };
    return this.open;
  }

  /** After a broken socket the client's own events may come too late: the next piece must not meet it again. */
  private abandon(): void {
    const open = this.open;
    this.open = null;
    open?.client.end().catch(() => undefined);
  }

  private forget(client: pg.Client): void {
    if (this.open?.client === client) this.open = null;
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
