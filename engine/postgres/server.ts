import { join } from 'node:path';
import { type Binaries, findBinaries } from './server/binaries.ts';
import { ensureCluster, resetOwnerPassword } from './server/cluster.ts';
import { type Credentials, createCredentials, readCredentials } from './server/credentials.ts';
import { databaseUrl, ensureAnalyst, ensureDatabase } from './server/databases.ts';
import { StartFailed } from './server/errors.ts';
import { databaseIdentity, type Identity } from './server/identity.ts';
import { lockFolder } from './server/lock.ts';
import { chooseHome, existingHome, openDataFolder } from './server/placement.ts';
import { choosePort } from './server/port.ts';
import { clearLeftovers, type Postmaster, startPostmaster } from './server/postmaster.ts';
import { serverArguments } from './server/settings.ts';

/** The database that Tickwave lives in. */
export const DATABASE = 'tickwave';

/** How to run the embedded server. */
export interface ServerOptions {
  /** Made when it is not there; holds the database, its passwords (`credentials.json`) and its port. */
  readonly dataDir: string;
  /** Default: the port that this folder had before, else a free one. */
  readonly port?: number;
  /** PostgreSQL settings beside the defaults; those that endanger data or open the server up are refused. */
  readonly settings?: Readonly<Record<string, string>>;
  /** What the server and its start have to say, a line at a time. */
  readonly onLog?: (line: string) => void;
}

/** A running embedded PostgreSQL. */
export interface Server {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly dataDir: string;
  /** Where PostgreSQL's own files are: inside `dataDir`, unless its user can't get there. */
  readonly databaseDir: string;
  /** As in `18.4`. */
  readonly version: string;
  readonly pid: number;
  /** Connection address with password; by default of the owner, in the database `tickwave`. */
  url(role?: 'owner' | 'analyst', database?: string): string;
  /** Ends it cleanly; safe to call twice. */
  stop(): Promise<void>;
  /** Resolves with the reason when the server process has ended, by itself or through `stop`. */
  readonly exited: Promise<string>;
}

/**
 * Starts the embedded PostgreSQL on a data folder, which is made if it is not there.
 *
 * @example
 * const server = await startServer({ dataDir: 'data' });
 * const pool = new pg.Pool({ connectionString: server.url() });
 * await pool.end();
 * await server.stop();
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const say = options.onLog ?? (() => {});
  const dataDir = openDataFolder(options.dataDir);
  const release = lockFolder(dataDir);
  try {
    const home = existingHome(dataDir);
    const identity = databaseIdentity(home === null ? undefined : join(home, 'pg'));
    const binaries = findBinaries(identity);
    const { pgdata, credentials } = await prepareFolder(dataDir, binaries, identity, say);
    const { postmaster, port } = await launch(options, dataDir, pgdata, binaries, identity, say);
    void postmaster.exited.then(release);
    await prepareDatabase(port, credentials, postmaster);
    return {
      host: '127.0.0.1',
      port,
      dataDir,
      databaseDir: pgdata,
      version: binaries.version,
      pid: postmaster.pid,
      url: (role = 'owner', database = DATABASE) => databaseUrl(port, credentials[role], database),
      stop: () => postmaster.stop(),
      exited: postmaster.exited,
    };
  } catch (error) {
    release();
    throw error;
  }
}

async function prepareDatabase(
  port: number,
  credentials: Credentials,
  postmaster: Postmaster,
): Promise<void> {
  try {
    await ensureAnalyst(port, credentials);
    await ensureDatabase(port, credentials, DATABASE);
  } catch (cause) {
    await postmaster.stop();
    throw new StartFailed('The database and its roles could not be prepared', [String(cause)], cause);
  }
}

async function prepareFolder(
  dataDir: string,
  binaries: Binaries,
  identity: Identity | null,
  say: (line: string) => void,
): Promise<{ pgdata: string; credentials: Credentials }> {
  const home = chooseHome(dataDir, identity, say);
  const isNew = existingHome(dataDir) === null;
  const known = readCredentials(dataDir);
  const credentials = known ?? createCredentials(dataDir);
  const pgdata = await ensureCluster(home, binaries, identity, credentials);
  await clearLeftovers(pgdata, dataDir, say);
  if (!known && !isNew) {
    resetOwnerPassword(pgdata, binaries, identity, credentials);
    say('credentials.json was missing: new passwords were generated');
  }
  return { pgdata, credentials };
}

async function launch(
  options: ServerOptions,
  dataDir: string,
  pgdata: string,
  binaries: Binaries,
  identity: Identity | null,
  say: (line: string) => void,
): Promise<{ postmaster: Postmaster; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    // Asked again each time: a server that was left while it started shows only after a moment.
    await clearLeftovers(pgdata, dataDir, say);
    const port = await choosePort(dataDir, options.port, say);
    try {
      const args = serverArguments(pgdata, port, options.settings ?? {});
      return { postmaster: await startPostmaster(binaries, identity, args, say), port };
    } catch (error) {
      if (attempt === 40 || !(error instanceof StartFailed) || !error.log.some(isPassing)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

/** Sessions of a killed server need a moment to notice; a port can be taken between choosing and binding it. */
function isPassing(line: string): boolean {
  return /pre-existing shared memory block|lock file "postmaster.pid" already exists|could not bind|could not create any TCP\/IP sockets/.test(
    line,
  );
}
