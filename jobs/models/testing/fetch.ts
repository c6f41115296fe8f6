// Fetches the native libraries into the cache, and says what is there: for .ci/models.sh.
import { checkModelLibraries } from '../check.ts';
import { fetchLibraries } from '../library/fetch.ts';
import { placesOf } from '../library/places.ts';

const places = placesOf(process.env);
for (const { library, downloaded } of await fetchLibraries(places))
  console.log(`${library.name} ${library.version}: ${downloaded ? 'downloaded' : 'was there'}`);
for (const { name, found } of await checkModelLibraries(places)) console.log(`${name}: ${found}`);
