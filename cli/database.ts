import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { BackupError } from '../engine/backup/errors.ts';
import { lockFolder } from '../engine/postgres/server/lock.ts';
import { openDataFolder } from '../engine/postgres/server/placement.ts';
import { type Server, startServer } from '../engine/postgres/server.ts';
import { askProfile, type EngineProfile, POSTGRES } from '../engine/profile.ts';
import { diskOf } from './disk.ts';

/** The database that a verb works with: the embedded one, or one that DATABASE_URL names. */
export interface Database {
  readonly kind: 'embedded' | 'external';
  /** What it can do. */
  readonly profile: EngineProfile;
  readonly dataDir: string;
  /** Port of the embedded one. */
  readonly port: number | null;
  /** `PostgreSQL 18.4 on 127.0.0.1:5433`, for people. */
  readonly name: string;
  url(role: 'owner' | 'analyst'): string;
  /** Bytes that are free on its disk; null for an external one. */
  freeBytes(): Promise<number | null>;
  stop(): Promise<void>;
  /** Resolves with the reason when the embedded server has ended; never for an external one. */
  readonly exited: Promise<string>;
}

/** File in the data folder while a restore is under way: what is there then is not all of it. */
export const RESTORING = 'restoring.json';

/** Starts the embedded database, or takes the data folder for work on the external one. */
export async function openDatabase(
  config: Config,
  log: (line: string) => void,
  port: number | null = config.DATABASE_PORT,
): Promise<Database> {
  if (config.DATABASE_URL !== null) return external(config.DATABASE_URL, config.DATA_DIR);
  if (existsSync(join(config.DATA_DIR, RESTORING)))
    throw new BackupError(
      `A restore into ${config.DATA_DIR} did not come to its end, so not everything is there.`,
      'Run `tickwave restore` again.',
    );
  const server = await startServer({
    dataDir: config.DATA_DIR,
    onLog: log,
    ...(port === null ? {} : { port }),
  });
  return embedded(server);
}

function embedded(server: Server): Database {
  return {
    kind: 'embedded',
    profile: POSTGRES,
    dataDir: server.dataDir,
    port: server.port,
    name: `PostgreSQL ${server.version} on ${server.host}:${server.port}`,
    url: (role) => server.url(role),
    freeBytes: async () => (await diskOf(server.databaseDir))?.freeBytes ?? null,
    stop: () => server.stop(),
    exited: server.exited,
  };
}

async function external(url: string, wanted: string): Promise<Database> {
  const profile = await askProfile(url);
  const dataDir = openDataFolder(wanted);
  const release = lockFolder(dataDir);
  const { hostname, port, pathname } = new URL(url);
  return {
    kind: 'external',
    profile,
    dataDir,
    port: null,
    name: `${profile.title} database ${pathname.slice(1)} on ${hostname}:${port || 5432}`,
    // Roles are the owner's business there.
    url: () => url,
    freeBytes: async () => null,
    stop: async () => release(),
    exited: new Promise(() => {}),
  };
}
