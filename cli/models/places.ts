import type { Config } from '../../config/config.ts';
import { type LibraryPlaces, standardCacheFolder } from '../../jobs/models/library/places.ts';

/** Where model libraries are looked for, as it is configured. */
export function libraryPlaces({ XGBOOST_LIBRARY, LIGHTGBM_LIBRARY }: Config): LibraryPlaces {
  return { named: { XGBOOST_LIBRARY, LIGHTGBM_LIBRARY }, cacheFolder: standardCacheFolder(process.env) };
}
