import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { LibraryMissing, LibraryRefused, said } from '../errors.ts';
import { type NativeLibrary, platform } from './library.ts';
import { cachedFolder, type LibraryPlaces } from './places.ts';

const run = promisify(execFile);

/** Where a library was found: the file that a setting names, what was fetched, or the system's loader. */
export type Origin = 'setting' | 'cache' | 'system';

/** A library of the right version. */
export interface Located {
  readonly library: NativeLibrary;
  readonly path: string;
  readonly origin: Origin;
  /** Whether it is the very file of the official wheel. */
  readonly official: boolean;
}

/** Finds a library and makes sure of its version. @throws LibraryMissing, LibraryRefused */
export async function locateLibrary(library: NativeLibrary, places: LibraryPlaces): Promise<Located> {
  const { path, origin } = await candidate(library, places);
  const pin = library.pins.get(platform());
  const official = pin !== undefined && (await hashOf(path)) === pin.library;
  if (!official && origin === 'cache')
    throw new LibraryRefused(
      `${path} is not the file that was fetched;`,
      `remove ${cachedFolder(library, places)} and run tickwave models fetch.`,
    );
  if (!official) await checkVersion(library, path);
  return { library, path, origin, official };
}

/** What to do to get a library. */
export function howToGet(library: NativeLibrary): string {
  const own = `set ${library.variable} to the path of ${library.fileName} ${library.version}`;
  return library.pins.has(platform()) ? `run tickwave models fetch, or ${own}.` : `${own}.`;
}

async function candidate(
  library: NativeLibrary,
  places: LibraryPlaces,
): Promise<{ readonly path: string; readonly origin: Origin }> {
  const named = places.named[library.variable];
  if (named) {
    const path = resolve(named);
    if (await exists(path)) return { path, origin: 'setting' };
    throw new LibraryRefused(
      `${library.variable} is ${named}, which is not there;`,
      `name a file, or unset it and ${howToGet(library)}`,
    );
  }
  const cached = join(cachedFolder(library, places), library.member);
  if (await exists(cached)) return { path: cached, origin: 'cache' };
  const path = await systemPath(library.fileName);
  if (path !== null) return { path, origin: 'system' };
  throw new LibraryMissing(`The library of ${library.name} is not on this machine;`, howToGet(library));
}

/** What the system's loader would take, from its cache: Linux only. */
async function systemPath(fileName: string): Promise<string | null> {
  for (const command of ['ldconfig', '/sbin/ldconfig']) {
    const listed = await run(command, ['-p'], { timeout: 5000, maxBuffer: 16 * 2 ** 20 }).catch(() => null);
    const line = listed?.stdout.split('\n').find((text) => text.trim().startsWith(`${fileName} `));
    const path = line?.split(' => ')[1]?.trim();
    if (path !== undefined && (await exists(path))) return realpath(path);
  }
  return null;
}

const answerSchema = z.object({ version: z.string().nullable().optional(), error: z.string().optional() });

async function checkVersion(library: NativeLibrary, path: string): Promise<void> {
  const probe = fileURLToPath(new URL('./probe.mjs', import.meta.url));
  const answer = await run(process.execPath, [probe, library.name, path], {
    timeout: 60_000,
  })
    .then(({ stdout }) => answerSchema.parse(JSON.parse(stdout)))
    .catch((error: unknown) => ({ error: said(error), version: null }));
  if (answer.version === library.version) return;
  const found =
    answer.error ?? (answer.version ? `it is version ${answer.version}` : 'its version cannot be told');
  throw new LibraryRefused(
    `${path} is not used as the library of ${library.name} (${found});`,
    `only ${library.version} is, as others may predict otherwise from the same model: ${howToGet(library)}`,
  );
}

/** SHA-256 of a file, in hexadecimal. */
export async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
