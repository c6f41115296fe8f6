import type { ClientBase } from 'pg';
import type { Catalog } from '../../catalog/catalog.ts';
import { catalogOf } from '../../versions/files.ts';
import { readDeployed } from '../apply.ts';

/** The text of what is deployed was not kept. */
export class TextNotKept extends Error {
  override readonly name = 'TextNotKept';

  constructor(objects: readonly string[]) {
    super(
      `the table engine_files has no text of ${objects.join(', ')}, which are deployed: \`tickwave engine\` with the sql/ that was deployed writes it`,
    );
  }
}

/** The objects that names on RisingWave stand for; null when nothing was deployed yet. */
export async function readDeployedCatalog(client: ClientBase): Promise<Catalog | null> {
  const { deployed, tables } = await readDeployed(client);
  const done = [...deployed.values()].filter(({ state }) => state === 'done');
  if (done.length === 0) return null;
  const { rows } = tables.includes('engine_files')
    ? await client.query<{ name: string; file: string; source: string }>(
        'select name, file, source from engine_files',
      )
    : { rows: [] };
  const texts = new Map(rows.map(({ name, file, source }) => [name, { file, source }]));
  const missing = done.filter(({ name }) => !texts.has(name));
  if (missing.length > 0) throw new TextNotKept(missing.map(({ name }) => name));
  return catalogOf(
    Object.fromEntries(done.map(({ name }) => [texts.get(name)?.file ?? '', texts.get(name)?.source ?? ''])),
  );
}
