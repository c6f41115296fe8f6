import { writeFileSync } from 'node:fs';
import { routes } from '../../routes/all.ts';
import { clientTypes, type Document } from './types.ts';

// npm run client-types -- http://127.0.0.1:8080: writes the types of what the API that runs there answers.
const url = process.argv[2] ?? 'http://127.0.0.1:8080';
const response = await fetch(`${url}/openapi.json`);
if (!response.ok) throw new Error(`${url}/openapi.json answers ${response.status}: is this Tickwave's API?`);
const document = (await response.json()) as Document;
writeFileSync(
  new URL('../paths.ts', import.meta.url),
  clientTypes(
    document,
    routes.map(({ path }) => path),
  ),
);
