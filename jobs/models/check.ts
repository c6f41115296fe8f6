import { LibraryMissing, ModelError } from './errors.ts';
import { LIGHTGBM, type NativeLibrary, XGBOOST } from './library/library.ts';
import { locateLibrary, type Origin } from './library/locate.ts';
import { loadNative } from './library/native.ts';
import type { LibraryPlaces } from './library/places.ts';

/** What was found of a native library. */
export interface LibraryCheck {
  readonly name: NativeLibrary['name'];
  /** The one version that is accepted. */
  readonly version: string;
  readonly outcome: 'ok' | 'missing' | 'refused';
  /** One sentence for people. */
  readonly found: string;
  /** What to do; null when nothing has to be done. */
  readonly remedy: string | null;
}

const ORIGINS: Readonly<Record<Origin, string>> = {
  setting: 'named by the settings',
  cache: 'fetched',
  system: "found by the system's loader",
};

/** Looks for the native libraries of XGBoost and LightGBM, and loads those that are there. */
export async function checkModelLibraries(places: LibraryPlaces): Promise<readonly LibraryCheck[]> {
  return Promise.all([XGBOOST, LIGHTGBM].map((library) => checkLibrary(library, places)));
}

async function checkLibrary(library: NativeLibrary, places: LibraryPlaces): Promise<LibraryCheck> {
  const { name, version } = library;
  try {
    const { path, origin, official } = await locateLibrary(library, places);
    await loadNative(path);
    const build = official
      ? 'the official build'
      : 'not the official build: trained models may differ in bits';
    return {
      name,
      version,
      outcome: 'ok',
      found: `${version}, ${ORIGINS[origin]}, ${build}: ${path}`,
      remedy: null,
    };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const outcome = error instanceof LibraryMissing ? 'missing' : 'refused';
    const found = error.message.slice(0, -error.remedy.length - 1).replace(/;$/, '');
    return { name, version, outcome, found, remedy: error.remedy };
  }
}
