import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { DataFolderUnusable } from './errors.ts';
import { canEnter, type Identity } from './identity.ts';

/** The file in a data folder that says where its database is when it can't be inside. */
const POINTER = 'database.location';

/** Creates the data folder when needed and returns its real path. */
export function openDataFolder(wanted: string): string {
  const path = resolve(wanted);
  try {
    mkdirSync(path, { recursive: true });
    return realpathSync(path);
  } catch (cause) {
    throw new DataFolderUnusable(
      `The data folder ${path} can't be created`,
      'Choose a folder that you may write to',
      cause,
    );
  }
}

/** Where the database of a data folder is today: inside, or where its pointer says. Null when there is none yet. */
export function existingHome(dataDir: string): string | null {
  const pointer = join(dataDir, POINTER);
  const home = existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : dataDir;
  return existsSync(join(home, 'pg')) ? home : null;
}

/**
 * The folder that holds the database's own folder `pg`: the data folder itself, or, when the database's user can't get
 * into it (a clone under /root, for one), a folder of the same name under /var/lib/tickwave, written down in
 * `database.location`.
 */
export function chooseHome(dataDir: string, identity: Identity | null, say: (line: string) => void): string {
  const pointer = join(dataDir, POINTER);
  if (existsSync(pointer)) return followPointer(dataDir, readFileSync(pointer, 'utf8').trim());
  if (existsSync(join(dataDir, 'pg')) || !identity) return requireEntry(dataDir, identity);
  // The last folder is ours, and what is secret in it has modes of its own.
  chmodSync(dataDir, (statSync(dataDir).mode & 0o777) | 0o011);
  if (canEnter(dataDir, identity)) return dataDir;
  const id = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  const home = join(stateRoot(identity), `${basename(dataDir)}-${id}`);
  if (existsSync(join(home, 'pg'))) {
    // The data folder was deleted, so its owner wants to begin anew; what it had is theirs to delete too.
    const aside = `${home}.before-${Math.trunc(statSync(join(home, 'pg')).mtimeMs)}`;
    renameSync(home, aside);
    say(`an earlier database of this folder was moved to ${aside}`);
  }
  mkdirSync(home, { recursive: true, mode: 0o755 });
  chmodSync(home, 0o755);
  writeFileSync(join(home, 'origin'), `${dataDir}\n`);
  // Half a pointer would be worse than none.
  writeFileSync(`${pointer}.new`, `${home}\n`);
  renameSync(`${pointer}.new`, pointer);
  say(`the user ${identity.name} can't enter ${dataDir}: the database is in ${home}`);
  return home;
}

function followPointer(dataDir: string, home: string): string {
  const origin = join(home, 'origin');
  const owner = existsSync(origin) ? readFileSync(origin, 'utf8').trim() : null;
  if (owner === dataDir) return home;
  // A moved data folder takes its database along; a copied one must not share it.
  if (owner !== null && !existsSync(join(owner, POINTER))) {
    writeFileSync(origin, `${dataDir}\n`);
    return home;
  }
  throw new DataFolderUnusable(
    `${join(dataDir, POINTER)} points to ${home}, ${owner ? `which belongs to ${owner}` : 'where no database is'}`,
    `Copy that folder too and write its path into ${POINTER} and its own path into ${origin}, or delete ${POINTER} to begin empty`,
  );
}

function requireEntry(dataDir: string, identity: Identity | null): string {
  const pgdata = join(dataDir, 'pg');
  const uid = process.getuid?.();
  if (!identity && existsSync(pgdata) && uid !== undefined && statSync(pgdata).uid !== uid) {
    throw new DataFolderUnusable(
      `The database in ${pgdata} belongs to the user with id ${statSync(pgdata).uid}, and this is ${uid}`,
      'Run Tickwave as that user or as root, or choose another data folder',
    );
  }
  if (canEnter(dataDir, identity)) return dataDir;
  throw new DataFolderUnusable(
    `The user ${identity?.name} that owns ${pgdata} can't enter ${dataDir}`,
    `Let others pass through the folders above it (chmod o+x), or move the data folder`,
  );
}

/** Where root keeps what the database's user must reach. Data must outlive a reboot, so /tmp is not among them. */
export function stateRoot(identity: Identity): string {
  let reason: unknown;
  for (const path of ['/var/lib/tickwave', '/var/tmp/tickwave']) {
    try {
      const folder = ownFolder(path);
      if (canEnter(folder, identity)) return folder;
    } catch (error) {
      reason = error;
    }
  }
  throw new DataFolderUnusable(
    `Neither /var/lib/tickwave nor /var/tmp/tickwave can hold what the user ${identity.name} must reach`,
    'Place the clone and its data folder outside of /root, or run Tickwave as a normal user',
    reason,
  );
}

/** A folder that only we can write to: what lies in it is run as a program, so nobody else may have put it there. */
export function ownFolder(path: string): string {
  // The mode given to mkdir is cut by the umask.
  if (mkdirSync(path, { recursive: true })) chmodSync(path, 0o755);
  const stat = statSync(path);
  if (stat.uid !== process.getuid?.() || stat.mode & 0o022) {
    throw new DataFolderUnusable(
      `${path} can be written by others`,
      `Remove it, or make it yours alone (chmod 755)`,
    );
  }
  return path;
}

/** Deletes a data folder with its database, wherever that is. The server must be stopped. */
export function deleteDataFolder(wanted: string): void {
  if (!existsSync(wanted)) return;
  const dataDir = realpathSync(wanted);
  const home = existingHome(dataDir);
  if (home && home !== dataDir && readFileSync(join(home, 'origin'), 'utf8').trim() === dataDir) {
    rmSync(home, { recursive: true, force: true });
  }
  rmSync(dataDir, { recursive: true, force: true });
}
