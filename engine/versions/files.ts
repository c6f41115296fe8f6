import { buildCatalog, type Catalog, inOrder } from '../catalog/catalog.ts';
import type { Files } from './deployment.ts';

/** The texts of a catalog by their path. */
export function filesOf(catalog: Catalog): Files {
  return Object.fromEntries(catalog.objects.map(({ file, statement }) => [file, statement.text]));
}

export function catalogOf(files: Files): Catalog {
  return buildCatalog(new Map(Object.entries(files).sort(([a], [b]) => inOrder(a, b))));
}
