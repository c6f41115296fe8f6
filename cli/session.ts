import type { Config } from '../config/config.ts';
import { loadCatalog } from '../engine/catalog/catalog.ts';
import { systemClock } from '../engine/clock.ts';
import { readCredentials } from '../engine/postgres/server/credentials.ts';
import { databaseUrl } from '../engine/postgres/server/databases.ts';
import { DATABASE } from '../engine/postgres/server.ts';
import type { Context } from './context.ts';
import { AlreadyRunning, NotRunning } from './errors.ts';
import { Platform } from './platform.ts';
import { announce, announced, findRunning, type Running, withdraw } from './runFile.ts';

/** The address of the database that runs on the data folder. */
export function runningUrl(config: Config, running: Running, role: 'owner' | 'analyst'): string {
  if (config.DATABASE_URL !== null) return config.DATABASE_URL;
  const credentials = readCredentials(config.DATA_DIR);
  if (credentials === null || running.databasePort === null) throw new NotRunning(config.DATA_DIR);
  return databaseUrl(running.databasePort, credentials[role], DATABASE);
}

/** What runs on the data folder, ready to be worked with. @throws NotRunning, AlreadyRunning */
export function requireRunning(config: Config): Running {
  const found = findRunning(config.DATA_DIR);
  if (found === null) throw new NotRunning(config.DATA_DIR);
  const running = announced(config.DATA_DIR);
  if (running === null)
    throw new AlreadyRunning(
      'start',
      found.pid,
      config.DATA_DIR,
      'It is still starting: try again in a moment',
    );
  return running;
}

/** A database with an engine on it. */
export interface Session {
  /** As the owner. */
  readonly url: string;
  /** False when a `tickwave start` keeps the views up to date, and this process only writes trades. */
  readonly own: boolean;
  /** Resolves with an error when the database was lost. */
  readonly lost: Promise<Error>;
  readonly platform: Platform | null;
}

/**
 * Runs work on the database of the data folder: that of the `start` that runs there, or one that is started for it
 * and stopped, with every view up to date, when the work has ended.
 */
export async function withSession<T>(
  context: Context,
  verb: string,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const config = context.config();
  if (findRunning(config.DATA_DIR) !== null) {
    const running = requireRunning(config);
    if (running.verb !== 'start' && running.verb !== 'engine')
      throw new AlreadyRunning(running.verb, running.pid, config.DATA_DIR, 'Wait until it has ended');
    context.terminal.say(
      `writing to the Tickwave that runs (process ${running.pid}); it keeps the views up to date`,
    );
    return work({
      url: runningUrl(config, running, 'owner'),
      own: false,
      lost: new Promise(() => {}),
      platform: null,
    });
  }
  const platform = await openPlatform(context, config);
  try {
    const { database } = platform;
    announce(database.dataDir, {
      pid: process.pid,
      verb,
      startedAt: new Date(systemClock.now()).toISOString(),
      source: null,
      api: null,
      apiKey: null,
      databasePort: database.port,
    });
    return await work({ url: database.url('owner'), own: true, lost: platform.lost, platform });
  } finally {
    withdraw(platform.database.dataDir);
    await platform.stop();
  }
}

/** Database and engine, with progress shown while views are built. @param keep what is deployed stays, whatever sql/ says */
export async function openPlatform(context: Context, config: Config, keep = false): Promise<Platform> {
  const catalog = await loadCatalog(config.SQL_DIR);
  const progress = context.progress();
  const { warn, debug } = context.terminal;
  return Platform.open({
    config,
    catalog,
    keep,
    say: warn,
    log: debug,
    onBuild: (view, done, total) => {
      if (done === 0) progress.begin('building views', total, 'views');
      progress.at(done, { note: view });
      if (done === total) progress.end();
    },
  });
}
