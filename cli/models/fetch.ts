import { Command } from 'commander';
import { checkModelLibraries } from '../../jobs/models/check.ts';
import { fetchLibraries } from '../../jobs/models/library/fetch.ts';
import type { Context } from '../context.ts';
import { FoundWanting } from '../errors.ts';
import { libraryPlaces } from './places.ts';

/** `tickwave models fetch` */
export function fetchVerb({ terminal, config }: Context): Command {
  return new Command('fetch')
    .description('download the libraries of XGBoost and LightGBM, by pip, and check their hashes')
    .addHelpText('after', '\nNeeds python3 with pip. What was fetched before is kept.')
    .action(async () => {
      const places = libraryPlaces(config());
      for (const { library, downloaded } of await fetchLibraries(places))
        terminal.say(`${library.name} ${library.version}: ${downloaded ? 'downloaded' : 'was there'}`);
      const checks = await checkModelLibraries(places);
      for (const { name, found, remedy } of checks)
        terminal.print(`${name}: ${found}${remedy === null ? '' : `\n  ${remedy}`}`);
      if (checks.some(({ outcome }) => outcome !== 'ok')) throw new FoundWanting('a library cannot be used');
    });
}
