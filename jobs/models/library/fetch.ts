import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { LibraryNotFetched, said } from '../errors.ts';
import { LIGHTGBM, type NativeLibrary, type Pin, platform, XGBOOST } from './library.ts';
import { hashOf } from './locate.ts';
import { cachedFolder, type LibraryPlaces } from './places.ts';

const run = promisify(execFile);

/** What became of a fetch. */
export interface FetchedLibrary {
  readonly library: NativeLibrary;
  readonly path: string;
  /** False when it was there already. */
  readonly downloaded: boolean;
}

/** How a fetch is done. */
export interface FetchOptions {
  readonly signal?: AbortSignal;
  /** Python's interpreter, for tests. */
  readonly python?: string;
}

/** Fetches the libraries of XGBoost and LightGBM into the cache, those that are not there yet. @throws LibraryNotFetched */
export async function fetchLibraries(
  places: LibraryPlaces,
  options: FetchOptions = {},
): Promise<readonly FetchedLibrary[]> {
  const fetched: FetchedLibrary[] = [];
  for (const library of [XGBOOST, LIGHTGBM]) fetched.push(await fetchLibrary(library, places, options));
  return fetched;
}

/**
 * Fetches a library once: downloads the official wheel, checks its hash, and unpacks it into the cache in one step, so that a
 * library that is in the cache is whole. @throws LibraryNotFetched
 */
export async function fetchLibrary(
  library: NativeLibrary,
  places: LibraryPlaces,
  options: FetchOptions = {},
): Promise<FetchedLibrary> {
  const pin = pinOf(library);
  const folder = cachedFolder(library, places);
  const path = join(folder, library.member);
  if (await isWhole(path, pin)) return { library, path, downloaded: false };
  await mkdir(dirname(folder), { recursive: true });
  const work = await mkdtemp(`${folder}.`);
  try {
    const wheel = await download(library, work, options);
    await checkHash(wheel, pin.wheel);
    const unpacked = join(work, 'unpacked');
    await python(options, ['-m', 'zipfile', '-e', wheel, unpacked]);
    await checkHash(join(unpacked, library.member), pin.library);
    await moveInto(unpacked, folder, path, pin);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return { library, path, downloaded: true };
}

function pinOf(library: NativeLibrary): Pin {
  const pin = library.pins.get(platform());
  if (pin !== undefined) return pin;
  throw new LibraryNotFetched(
    `No hash of ${library.package} ${library.version} is known for ${platform()}, so it is not downloaded;`,
    `install it yourself and set ${library.variable} to the path of its library.`,
  );
}

async function isWhole(path: string, pin: Pin): Promise<boolean> {
  const there = await access(path).then(
    () => true,
    () => false,
  );
  return there && (await hashOf(path)) === pin.library;
}

async function download(library: NativeLibrary, folder: string, options: FetchOptions): Promise<string> {
  const requirement = `${library.package}==${library.version}`;
  const fixed = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:'];
  await python(options, ['-m', 'pip', 'download', ...fixed, '--dest', folder, requirement]);
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (wheel !== undefined) return join(folder, wheel);
  throw new LibraryNotFetched(`pip brought no wheel of ${requirement};`, 'look at its configuration.');
}

async function python(
  { signal, python: interpreter = 'python3' }: FetchOptions,
  given: string[],
): Promise<void> {
  try {
    await run(interpreter, given, {
      timeout: 300_000,
      maxBuffer: 2 ** 20,
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    const why = stderr === '' ? said(error) : said(stderr.split('\n').slice(-3).join(' '));
    throw new LibraryNotFetched(
      `${interpreter} ${given.slice(0, 3).join(' ')} failed (${why});`,
      'Python 3 with pip, and a way to the package index, are needed once.',
      { cause: error },
    );
  }
}

async function checkHash(path: string, expected: string): Promise<void> {
  const found = await hashOf(path);
  if (found === expected) return;
  throw new LibraryNotFetched(
    `${path} has the SHA-256 ${found}, not ${expected};`,
    'it was changed on its way: look at the package index that pip asks, and try again.',
  );
}

/** Another process may have fetched it meanwhile: theirs is as good. What is there and damaged makes way. */
async function moveInto(unpacked: string, folder: string, path: string, pin: Pin): Promise<void> {
  try {
    await rename(unpacked, folder);
  } catch (error) {
    if (await isWhole(path, pin)) return;
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOTEMPTY')) throw error;
    await rm(folder, { recursive: true, force: true });
    await rename(unpacked, folder);
  }
}
