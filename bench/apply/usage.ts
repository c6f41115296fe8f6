import { readFileSync } from 'node:fs';
import pg from 'pg';

/** Memory and disk at one time, in megabytes. */
export interface Usage {
  /** All processes of PostgreSQL, what they share counted once; null where the system does not tell. */
  readonly postgresMb: number | null;
  /** This process: the engine, and the benchmark's writer with it. */
  readonly nodeMb: number;
  readonly databaseMb: number;
  readonly walMb: number;
}

const EVERY_MS = 1000;
const MB = 1024 * 1024;

/** Looks at memory and disk once a second, and keeps the most that it saw. */
export class UsageWatch {
  readonly #client: pg.Client;
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<Usage>;
  #most: Usage | null = null;

  private constructor(client: pg.Client) {
    this.#client = client;
    this.#looking = this.#look();
    this.#timer = setInterval(() => {
      this.#looking = this.#looking.then(() => this.#look());
    }, EVERY_MS);
  }

  static async begin(url: string): Promise<UsageWatch> {
    const client = new pg.Client({ connectionString: url, application_name: 'usage' });
    await client.connect();
    return new UsageWatch(client);
  }

  async now(): Promise<Usage> {
    await this.#looking;
    this.#looking = this.#look();
    return this.#looking;
  }

  /** The most of each that was seen since this was asked last. */
  async most(): Promise<Usage> {
    const now = await this.now();
    const most = this.#most ?? now;
    this.#most = null;
    return most;
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    await this.#client.end();
  }

  async #look(): Promise<Usage> {
    const { rows } = await this.#client.query<{ pids: number[]; database: number; wal: number }>(
      `select (select array_agg(pid) from pg_stat_activity) as pids, pg_database_size(current_database())::float8 as database,
         (select sum(size)::float8 from pg_ls_waldir()) as wal`,
    );
    const [found] = rows;
    if (!found) throw new TypeError('no answer');
    const now: Usage = {
      postgresMb: memoryOf(found.pids),
      nodeMb: Math.round(process.memoryUsage.rss() / MB),
      databaseMb: Math.round(found.database / MB),
      walMb: Math.round(found.wal / MB),
    };
    this.#most = this.#most === null ? now : larger(this.#most, now);
    return now;
  }
}

function larger(one: Usage, other: Usage): Usage {
  return {
    postgresMb: one.postgresMb === null ? null : Math.max(one.postgresMb, other.postgresMb ?? 0),
    nodeMb: Math.max(one.nodeMb, other.nodeMb),
    databaseMb: Math.max(one.databaseMb, other.databaseMb),
    walMb: Math.max(one.walMb, other.walMb),
  };
}

/** Own memory of each process, and the most that one of them has of what they share. */
function memoryOf(pids: readonly number[]): number | null {
  const sizes = pids.map((pid) => {
    try {
      const text = readFileSync(`/proc/${pid}/status`, 'utf8');
      const of = (field: string): number => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(text)?.[1] ?? 0);
      return { own: of('RssAnon'), shared: of('RssShmem') };
    } catch {
      return null;
    }
  });
  const known = sizes.flatMap((size) => size ?? []);
  if (known.length === 0) return null;
  const own = known.reduce((sum, size) => sum + size.own, 0);
  return Math.round((own + Math.max(...known.map(({ shared }) => shared))) / 1024);
}
