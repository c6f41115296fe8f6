import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataFolderInUse } from './errors.ts';
import { isAlive, startToken } from './processes.ts';

/** Releases the lock; safe to call twice. */
export type Release = () => void;

/**
 * Makes this process the only owner of a data folder.
 *
 * Each contender writes a file whose name says who it is (process id and start), then looks for others that live.
 * Nothing is ever taken over, so there is no moment in which two can win; two that start in the very same moment may
 * both be refused. Names left by `kill -9` belong to no living process and are swept.
 */
export function lockFolder(dataDir: string): Release {
  const folder = join(dataDir, 'lock');
  mkdirSync(folder, { recursive: true });
  const mine = `${process.pid}-${startToken(process.pid) ?? 'unknown'}`;
  try {
    writeFileSync(join(folder, mine), '', { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new DataFolderInUse(dataDir, process.pid, 'this process');
  }
  const release = (): void => rmSync(join(folder, mine), { force: true });
  for (const other of readdirSync(folder)) {
    if (other === mine) continue;
    const owner = livingOwner(other);
    if (owner === null) rmSync(join(folder, other), { force: true });
    else {
      release();
      throw new DataFolderInUse(dataDir, owner, 'another Tickwave');
    }
  }
  return release;
}

/** The process that works on a data folder, or null. */
export function lockOwner(dataDir: string): number | null {
  const folder = join(dataDir, 'lock');
  if (!existsSync(folder)) return null;
  for (const name of readdirSync(folder)) {
    const owner = livingOwner(name);
    if (owner !== null) return owner;
  }
  return null;
}

function livingOwner(name: string): number | null {
  const [, pid, token] = /^(\d+)-(.+)$/.exec(name) ?? [];
  if (pid === undefined || !isAlive(Number(pid))) return null;
  const now = startToken(Number(pid));
  return now === null || token === 'unknown' || now === token ? Number(pid) : null;
}
