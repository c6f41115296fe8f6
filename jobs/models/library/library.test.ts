import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { availableAlgorithms } from '../algorithms.ts';
import { checkModelLibraries } from '../check.ts';
import { LibraryMissing, LibraryNotFetched, LibraryRefused } from '../errors.ts';
import { fetchLibrary } from './fetch.ts';
import { LIGHTGBM, type NativeLibrary, XGBOOST } from './library.ts';
import { hashOf, locateLibrary } from './locate.ts';
import { cachedFolder, type LibraryPlaces, placesOf, standardCacheFolder } from './places.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickwave-libraries-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A library of this name that no system has, so that only the places are looked at. */
const unheard = (library: NativeLibrary): NativeLibrary => ({
  ...library,
  fileName: 'libtickwave_unheard_of.so',
});
const places = (named: LibraryPlaces['named'] = {}): LibraryPlaces => ({
  named,
  cacheFolder: join(folder, 'cache'),
});

/** A program in the place of Python. */
async function standIn(name: string, script: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

/** A shared library that says it is XGBoost of some version, or null without a compiler. */
function compiled(version: readonly [number, number, number]): string | null {
  const path = join(folder, `libxgboost-${version.join('.')}.so`);
  const [major, minor, patch] = version;
  const source = `void XGBoostVersion(int *a, int *b, int *c) { *a = ${major}; *b = ${minor}; *c = ${patch}; }`;
  try {
    execFileSync('gcc', ['-shared', '-fPIC', '-x', 'c', '-', '-o', path], { input: source, stdio: 'pipe' });
    return path;
  } catch {
    console.warn('SKIPPED versions of libraries: no gcc.');
    return null;
  }
}

describe('places', () => {
  test('follow the XDG base directory specification', () => {
    expect(standardCacheFolder({ HOME: '/home/me' })).toBe('/home/me/.cache/tickwave/libraries');
    expect(standardCacheFolder({ HOME: '/home/me', XDG_CACHE_HOME: '/c' })).toBe('/c/tickwave/libraries');
    // Relative paths are to be ignored.
    expect(standardCacheFolder({ HOME: '/home/me', XDG_CACHE_HOME: 'c' })).toBe(
      '/home/me/.cache/tickwave/libraries',
    );
    expect(placesOf({ XGBOOST_LIBRARY: '' }).named.XGBOOST_LIBRARY).toBeNull();
  });
});

describe('locateLibrary', () => {
  test('says how to get a library that is nowhere', async () => {
    const found = locateLibrary(unheard(XGBOOST), places());
    await expect(found).rejects.toThrow(LibraryMissing);
    await expect(found).rejects.toThrow(/set XGBOOST_LIBRARY to the path/);
  });

  test('does not look further when the settings name a file that is not there', async () => {
    const found = locateLibrary(XGBOOST, places({ XGBOOST_LIBRARY: '/nowhere/libxgboost.so' }));
    await expect(found).rejects.toThrow('XGBOOST_LIBRARY is /nowhere/libxgboost.so, which is not there');
  });

  test('refuses a file that is no library, in a process of its own', async () => {
    const path = join(folder, 'libxgboost.so');
    await writeFile(path, 'not a library');
    await expect(locateLibrary(XGBOOST, places({ XGBOOST_LIBRARY: path }))).rejects.toThrow(LibraryRefused);
  });

  test('accepts exactly one version', async () => {
    const other = compiled([2, 1, 4]);
    const same = compiled([3, 2, 0]);
    if (other === null || same === null) return;
    const refused = locateLibrary(XGBOOST, places({ XGBOOST_LIBRARY: other }));
    await expect(refused).rejects.toThrow(/it is version 2\.1\.4\); only 3\.2\.0 is/);
    const { path, origin, official } = await locateLibrary(XGBOOST, places({ XGBOOST_LIBRARY: same }));
    expect({ path, origin, official }).toEqual({ path: same, origin: 'setting', official: false });
  });

  test('refuses a fetched file that was changed', async () => {
    const cached = join(cachedFolder(XGBOOST, places()), XGBOOST.member);
    await mkdir(dirname(cached), { recursive: true });
    await writeFile(cached, 'changed');
    await expect(locateLibrary(XGBOOST, places())).rejects.toThrow(
      /is not the file that was fetched; remove/,
    );
    await rm(places().cacheFolder, { recursive: true });
  });
});

describe('fetchLibrary', () => {
  const fetching = (python: string, library = LIGHTGBM) => fetchLibrary(library, places(), { python });
  const left = (): Promise<string[]> => readdir(places().cacheFolder);

  test('knows no platform without a hash', async () => {
    await expect(fetching('python3', { ...LIGHTGBM, pins: new Map() })).rejects.toThrow(
      /No hash of lightgbm 4\.7\.0/,
    );
  });

  test('refuses a wheel with another hash, and leaves nothing', async () => {
    // The word after --dest is the folder.
    const python = await standIn(
      'forger',
      'while [ "$1" != "--dest" ]; do shift; done; echo forged > "$2/x.whl"',
    );
    await expect(fetching(python)).rejects.toThrow(/has the SHA-256 [0-9a-f]{64}, not /);
    expect(await left()).toEqual([]);
  });

  test('passes on what pip says', async () => {
    const python = await standIn('offline', 'echo "ERROR: No matching distribution found" >&2; exit 1');
    await expect(fetching(python)).rejects.toThrow(LibraryNotFetched);
    await expect(fetching(python)).rejects.toThrow(/No matching distribution found/);
    await expect(fetching(await standIn('idle', 'exit 0'))).rejects.toThrow(/pip brought no wheel/);
    await expect(fetching(join(folder, 'no-python'))).rejects.toThrow(/are needed once/);
    expect(await left()).toEqual([]);
  });

  test('puts a whole library into the cache in one step, and takes it from there after', async () => {
    // A library of our own, wrapped as a wheel by Python itself, so that nothing is downloaded.
    const inside = join(folder, 'wheel', dirname(LIGHTGBM.member));
    await mkdir(inside, { recursive: true });
    await writeFile(join(folder, 'wheel', LIGHTGBM.member), 'a library');
    const wheel = join(folder, 'own.whl');
    execFileSync('python3', ['-m', 'zipfile', '-c', wheel, 'lightgbm'], { cwd: join(folder, 'wheel') });
    const pin = { wheel: await hashOf(wheel), library: await hashOf(join(folder, 'wheel', LIGHTGBM.member)) };
    const own = { ...LIGHTGBM, pins: new Map([[`${process.platform}-${process.arch}`, pin]]) };
    const script = `if [ "$2" = zipfile ]; then exec python3 "$@"; fi\nwhile [ "$1" != "--dest" ]; do shift; done; cp ${wheel} "$2/"`;
    const python = await standIn('courier', script);
    const [first, second] = await Promise.all([fetching(python, own), fetching(python, own)]);
    expect(first.path).toBe(second.path);
    expect(await hashOf(first.path)).toBe(pin.library);
    expect(await fetching(join(folder, 'no-python'), own)).toMatchObject({ downloaded: false });
    expect(await left()).toHaveLength(1);
    await rm(places().cacheFolder, { recursive: true });
  });
});

describe('without native libraries', () => {
  const none = places({ XGBOOST_LIBRARY: '/nowhere/a.so', LIGHTGBM_LIBRARY: '/nowhere/b.so' });

  test('the baselines are there, and it is said what is not', async () => {
    const { available, unavailable, close } = await availableAlgorithms(none, 1);
    expect([...available.keys()]).toEqual(['persistence', 'ridge']);
    expect(unavailable.map(({ name }) => name)).toEqual(['xgboost', 'lightgbm']);
    await close();
  });

  test('the check says what to do', async () => {
    for (const check of await checkModelLibraries(none))
      expect(check).toMatchObject({ outcome: 'refused', remedy: expect.stringContaining('name a file') });
  });
});

test('the check names version and origin of what is there', async () => {
  for (const { outcome, found, remedy } of await checkModelLibraries(placesOf(process.env)))
    if (outcome === 'ok') {
      expect(found).toMatch(/^\d\.\d\.\d, .*: \//);
      expect(remedy).toBeNull();
    } else expect(remedy).toMatch(/_LIBRARY/);
});
