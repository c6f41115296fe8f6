import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadCatalog } from '../../engine/catalog/catalog.ts';
import { sourcesYaml } from './sources.ts';

// Brings the sources of dbt into step with sql/.
const catalog = await loadCatalog(fileURLToPath(new URL('../../sql', import.meta.url)));
writeFileSync(new URL('../models/sources/tickwave.yml', import.meta.url), sourcesYaml(catalog));
