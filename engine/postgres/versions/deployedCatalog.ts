import type { ClientBase } from 'pg';
import { buildCatalog, type Catalog, inOrder } from '../../catalog/catalog.ts';

/** What is deployed was deployed by a version of Tickwave that did not keep the files' text. */
export class TextNotKept extends Error {
  override readonly name = 'TextNotKept';

  constructor(object: string) {
    super(
      `the text of '${object}' was not kept when it was deployed, by an older Tickwave: start this one once (\`tickwave start\`), then plan again`,
    );
  }
}

/** The objects that the public names of a database stand for; null when nothing was deployed yet. */
export async function readDeployedCatalog(client: ClientBase): Promise<Catalog | null> {
  const there = await client.query<{ there: boolean }>(
    "select to_regclass('engine.deployed') is not null as there",
  );
  if (!there.rows[0]?.there) return null;
  // The column is not there either where an older version deployed.
  const { rows } = await client.query<{ name: string; file: string | null; source: string | null }>(
    `select name, to_jsonb(deployed)->>'file' as file, to_jsonb(deployed)->>'source' as source from engine.deployed as deployed`,
  );
  if (rows.length === 0) return null;
  const missing = rows.find(({ file, source }) => file === null || source === null);
  if (missing) throw new TextNotKept(missing.name);
  const files = rows.map(({ file, source }) => [file ?? '', source ?? ''] as const);
  return buildCatalog(new Map(files.sort(([a], [b]) => inOrder(a, b))));
}
