import { homedir } from 'node:os';
import { join } from 'node:path';
import type { NativeLibrary } from './library.ts';

/** Where native libraries are looked for, in this order; the system's loader is asked last. */
export interface LibraryPlaces {
  /** Files that the settings name. */
  readonly named: Readonly<Partial<Record<NativeLibrary['variable'], string | null>>>;
  /** Where fetched libraries are kept, a folder a version. */
  readonly cacheFolder: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The user's cache folder, by the XDG base directory specification. */
export function standardCacheFolder(environment: Environment): string {
  const xdg = environment.XDG_CACHE_HOME;
  const cache = xdg?.startsWith('/') ? xdg : join(environment.HOME ?? homedir(), '.cache');
  return join(cache, 'tickwave', 'libraries');
}

/** The places that an environment tells of. */
export function placesOf(environment: Environment): LibraryPlaces {
  return {
    named: {
      XGBOOST_LIBRARY: environment.XGBOOST_LIBRARY || null,
      LIGHTGBM_LIBRARY: environment.LIGHTGBM_LIBRARY || null,
    },
    cacheFolder: standardCacheFolder(environment),
  };
}

/** The folder that a fetched library's wheel is unpacked in. */
export function cachedFolder(library: NativeLibrary, { cacheFolder }: LibraryPlaces): string {
  return join(cacheFolder, `${library.name}-${library.version}-${process.platform}-${process.arch}`);
}
