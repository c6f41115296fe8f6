import type { ClientBase } from 'pg';
import type { Catalog } from '../../catalog/catalog.ts';
import { otherFiles, type Progress, publishedFiles } from '../../versions/deployment.ts';
import { catalogOf } from '../../versions/files.ts';
import { type Layout, layOut } from '../deploy/plan.ts';
import { NOT_BEGUN } from './builder.ts';
import { readDeployedCatalog } from './deployedCatalog.ts';
import { activeDeployment, setState } from './deployments.ts';
import { layoutOf } from './worker.ts';

/** What an engine begins with. */
export interface Chosen {
  readonly layout: Layout;
  /** The version on its way that stands in the layout. */
  readonly beside: number | null;
  /** How far its build is; null when it is complete. */
  readonly building: Progress | null;
}

/**
 * What an engine begins with. While a version is on its way, what was published stays and the version stands beside it; else it is
 * the catalog, in place of what was deployed.
 */
export async function chooseVersions(client: ClientBase, catalog: Catalog, keep: boolean): Promise<Chosen> {
  const active = await activeDeployment(client);
  if (active === null) {
    const deployed = keep ? await readDeployedCatalog(client) : null;
    return { layout: layOut(deployed ?? catalog), beside: null, building: null };
  }
  const layout = layoutOf(publishedFiles(active), otherFiles(active));
  if (active.state === 'building' && !(await areThere(client, layout))) {
    // It was asked for and not begun; the worker does that.
    return { layout: layOut(layout.published), beside: null, building: null };
  }
  if (await areThere(client, layout)) {
    const building = active.state === 'building' ? (active.progress ?? NOT_BEGUN) : null;
    return { layout, beside: active.id, building };
  }
  const message = 'another version of Tickwave stores views in another way: apply it again';
  await setState(client, active.id, 'failed', 'engine', message);
  return { layout: layOut(catalogOf(publishedFiles(active))), beside: null, building: null };
}

/** Whether the tables of all views beside the published ones are there. */
async function areThere(client: ClientBase, layout: Layout): Promise<boolean> {
  const { rows } = await client.query<{ missing: boolean }>(
    'select exists (select from unnest($1::text[]) as name where to_regclass(name) is null) as missing',
    [[...layout.sides.keys()].map(layout.tableOf)],
  );
  return rows[0]?.missing === false;
}
