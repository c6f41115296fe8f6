import { hostname, userInfo } from 'node:os';
import pg from 'pg';
import type { Config } from '../../config/config.ts';
import { systemClock } from '../../engine/clock.ts';
import { EngineBusyError } from '../../engine/postgres/engineLock.ts';
import { VersionLock } from '../../engine/postgres/versions/lock.ts';
import { PostgresVersions } from '../../engine/postgres/versions/postgresVersions.ts';
import type { Deployment, Owner } from '../../engine/versions/deployment.ts';
import type { Versions } from '../../engine/versions/versions.ts';
import type { Context } from '../context.ts';
import { openDatabase } from '../database.ts';
import { AlreadyRunning } from '../errors.ts';
import { changingThere, keepsItsViews, withVersionsThere } from '../risingwave.ts';
import { announce, announced, findRunning, withdraw } from '../runFile.ts';
import { openPlatform, runningUrl } from '../session.ts';

/** Between two words of a lock's owner that it is still there. */
const HOLD_MS = 5000;

/** Who this process works for. */
export function owner(): Owner {
  return { owner: userInfo().username, host: hostname(), pid: process.pid };
}

/** A version as people call it. */
export function titleOf({ id, owner: by, host }: Deployment): string {
  return `version ${id} of ${by}@${host}`;
}

/** Runs work on the data folder's database: the one that runs, or one that is started for it. No view is touched. */
async function withDatabase<T>(
  { terminal }: Context,
  config: Config,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const running = runningNow(config);
  if (running !== null) return work(running);
  const database = await openDatabase(config, terminal.debug);
  try {
    return await work(database.url('owner'));
  } finally {
    await database.stop();
  }
}

/** As `withDatabase`, with an engine that does what is asked for: the one that runs, or one for the time of the work. */
async function withEngine<T>(
  context: Context,
  config: Config,
  verb: string,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const running = runningNow(config);
  if (running !== null) return work(running);
  const platform = await openPlatform(context, config, true).catch((error: unknown) => {
    // Another machine's engine keeps the views of that database.
    if (error instanceof EngineBusyError && config.DATABASE_URL !== null) return null;
    throw error;
  });
  if (platform === null) return work(config.DATABASE_URL ?? '');
  try {
    const startedAt = new Date(systemClock.now()).toISOString();
    const { port: databasePort, dataDir } = platform.database;
    announce(dataDir, {
      pid: process.pid,
      verb,
      startedAt,
      source: null,
      api: null,
      apiKey: null,
      databasePort,
    });
    return await work(platform.database.url('owner'));
  } finally {
    withdraw(platform.database.dataDir);
    await platform.stop();
  }
}

/** Runs work on the versions in the database that is configured. No view is touched. */
export async function withVersions<T>(
  context: Context,
  work: (versions: Versions, url: string) => Promise<T>,
): Promise<T> {
  const config = context.config();
  if (await keepsItsViews(config)) return withVersionsThere(config, work);
  return withDatabase(context, config, (url) =>
    connected(url, 'tickwave versions', (client) => work(new PostgresVersions(client, url), url)),
  );
}

/** Work on versions, alone: whoever comes second is told who is at it. */
export async function changingVersions<T>(
  context: Context,
  verb: string,
  work: (versions: Versions, url: string) => Promise<T>,
): Promise<T> {
  const config = context.config();
  if (await keepsItsViews(config)) return changingThere(context, { by: owner(), verb, isAlive }, work);
  return withEngine(context, config, verb, (url) =>
    connected(url, `tickwave ${verb} lock`, async (own) => {
      const lock = await VersionLock.take(own, owner(), verb, isAlive);
      const holding = setInterval(() => void lock.hold().catch(() => undefined), HOLD_MS);
      try {
        return await connected(url, `tickwave ${verb}`, (client) =>
          work(new PostgresVersions(client, url), url),
        );
      } finally {
        clearInterval(holding);
        await lock.release().catch(() => undefined);
      }
    }),
  );
}

async function connected<T>(url: string, name: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: name });
  client.on('error', () => {}); // The query that was running rejects.
  await client.connect();
  try {
    await client.query("set timezone = 'UTC'; set search_path = public, compat");
    return await work(client);
  } catch (cause) {
    if (!isLost(cause)) throw cause;
    throw new ConnectionLost(
      'the connection to the database was lost; what was asked for goes on once it runs again. `tickwave versions` says how far it is, and the same command goes on with it',
      { cause },
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The database went away while the command waited for it. */
class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** By PostgreSQL's codes for a server that ends, or the driver's words for a connection that did. */
function isLost(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return /^57P/.test(error.code ?? '');
  return error instanceof Error && /not queryable|connection terminated|ECONNRESET/i.test(error.message);
}

/** The address of the database that runs on the data folder; null when none does. */
function runningNow(config: Config): string | null {
  const running = announced(config.DATA_DIR);
  if (running !== null) return runningUrl(config, running, 'owner');
  const starting = findRunning(config.DATA_DIR);
  if (starting === null) return null;
  throw new AlreadyRunning(
    'start',
    starting.pid,
    config.DATA_DIR,
    'It is still starting: try again in a moment',
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
