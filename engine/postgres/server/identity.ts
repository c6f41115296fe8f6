import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { NoDatabaseUser } from './errors.ts';

/** A system user that the database runs as. */
export interface Identity {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Who the database has to run as: `null` for "as ourselves", a system user when we are root, because PostgreSQL
 * refuses root. Data that is already there keeps its owner.
 */
export function databaseIdentity(existingData?: string): Identity | null {
  if (process.getuid?.() !== 0) return null;
  const owner = existingData === undefined ? null : ownerOf(existingData);
  if (owner) return owner;
  const found = lookUp('postgres') ?? lookUp('tickwave') ?? create('tickwave') ?? lookUp('nobody');
  if (found) return found;
  throw new NoDatabaseUser(
    'Running as root, and the system has none of the users postgres, tickwave and nobody',
    'Create one (`useradd --system tickwave`) or run Tickwave as a normal user',
  );
}

function ownerOf(path: string): Identity | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat && stat.uid !== 0 ? { name: `uid ${stat.uid}`, uid: stat.uid, gid: stat.gid } : null;
}

function lookUp(name: string): Identity | null {
  const uid = numberFrom('id', ['-u', name]);
  const gid = numberFrom('id', ['-g', name]);
  return uid && gid !== null ? { name, uid, gid } : null;
}

function create(name: string): Identity | null {
  spawnSync('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', name], {
    stdio: 'ignore',
  });
  return lookUp(name);
}

function numberFrom(command: string, args: readonly string[]): number | null {
  const run = spawnSync(command, args, { encoding: 'utf8' });
  return run.status === 0 && /^\d+\s*$/.test(run.stdout) ? Number(run.stdout) : null;
}

/**
 * Whether `identity` can enter `folder`, judged by the permission bits of it and of every folder above.
 * Access lists are not looked at: at worst something is placed elsewhere without need.
 */
export function canEnter(folder: string, identity: Identity | null): boolean {
  if (!identity) return true;
  for (let at = folder; ; at = dirname(at)) {
    const stat = statSync(at);
    const bit = stat.uid === identity.uid ? 0o100 : stat.gid === identity.gid ? 0o010 : 0o001;
    if (!(stat.mode & bit)) return false;
    if (at === dirname(at)) return true;
  }
}

/** The part of spawn's options that drops to `identity`. Node clears the supplementary groups by itself. */
export function asIdentity(identity: Identity | null): { uid?: number; gid?: number } {
  return identity ? { uid: identity.uid, gid: identity.gid } : {};
}
