import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Binaries } from './binaries.ts';
import { DataFolderInUse, StartFailed } from './errors.ts';
import { asIdentity, type Identity } from './identity.ts';
import { commandLine, isAlive, waitForEnd } from './processes.ts';
import { CLUSTER_MARK } from './settings.ts';

const READY_WITHIN_MS = 180_000;
const STOP_WITHIN_MS = 30_000;
/** The end of its log is waited for so long. */
const LAST_WORDS_MS = 2_000;

/** A running `postgres`. */
export interface Postmaster {
  readonly pid: number;
  /** Resolves with the reason when it has ended. */
  readonly exited: Promise<string>;
  /** Fast shutdown: sessions end, a checkpoint is written. */
  stop(): Promise<void>;
}

/**
 * Deals with what an earlier run left in `pgdata`: a server whose Tickwave was killed is stopped, a lock file whose
 * process is gone or is something else is removed. A server that Tickwave did not start is left alone and refused.
 */
export async function clearLeftovers(
  pgdata: string,
  dataDir: string,
  say: (line: string) => void,
): Promise<void> {
  const lockFile = join(pgdata, 'postmaster.pid');
  const pid = readPid(lockFile);
  if (pid === null || !isAlive(pid)) return;
  const command = commandLine(pid) ?? '';
  if (!command.includes('postgres') || !command.includes(pgdata)) {
    // The id was given to another program since; PostgreSQL would take that for itself and refuse to start.
    rmSync(lockFile, { force: true });
    return;
  }
  if (!command.includes(CLUSTER_MARK))
    throw new DataFolderInUse(dataDir, pid, 'a PostgreSQL that Tickwave did not start');
  say(`stopping the database that an earlier run left behind (process ${pid})`);
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    if (isAlive(pid)) process.kill(pid, signal);
    if (await waitForEnd(pid, STOP_WITHIN_MS)) return;
  }
  throw new DataFolderInUse(dataDir, pid, 'a PostgreSQL that does not stop');
}

function readPid(lockFile: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(lockFile, 'utf8'), 10);
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

/** Starts `postgres` and resolves when it takes connections, after recovery if it needs one. */
export async function startPostmaster(
  binaries: Binaries,
  identity: Identity | null,
  args: readonly string[],
  onLog: (line: string) => void,
): Promise<Postmaster> {
  const child = spawn(binaries.postgres, args, {
    cwd: '/',
    env: { LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe'],
    // A process group of its own: Ctrl-C must reach the database through us, after we have finished our work.
    detached: true,
    ...asIdentity(identity),
  });
  const log: string[] = [];
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`postgres can't be run: ${error.message}`));
    child.once('exit', (code, signal) => resolve(`postgres ended with ${signal ?? `code ${code}`}`));
  });
  const lines = createInterface({ input: child.stderr });
  const silent = new Promise<void>((resolve) => {
    lines.once('close', resolve);
  });
  const ready = new Promise<'ready'>((resolve) => {
    lines.on('line', (line) => {
      if (log.push(line) > 200) log.shift();
      onLog(line);
      if (line.includes('database system is ready to accept connections')) resolve('ready');
    });
  });
  const outcome = await withTimeout(Promise.race([ready, exited]), READY_WITHIN_MS);
  if (outcome !== 'ready' || child.pid === undefined) {
    child.kill('SIGQUIT');
    await exited;
    // The pipe may still hold the lines that say why; a process of the database that lives on may hold it open.
    await withTimeout(silent, LAST_WORDS_MS);
    throw new StartFailed(outcome ?? `postgres was not ready after ${READY_WITHIN_MS / 1000} s`, log);
  }
  return watch(child, child.pid, exited);
}

function watch(child: ChildProcess, pid: number, exited: Promise<string>): Postmaster {
  // Covers process.exit and uncaught errors; after a kill -9 of ours, the next start stops it.
  const onExit = (): void => {
    child.kill('SIGINT');
  };
  process.once('exit', onExit);
  void exited.then(() => process.off('exit', onExit));
  const stop = async (): Promise<void> => {
    child.kill('SIGINT');
    if ((await withTimeout(exited, STOP_WITHIN_MS)) === null) child.kill('SIGQUIT');
    await exited;
  };
  return { pid, exited, stop };
}

async function withTimeout<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
