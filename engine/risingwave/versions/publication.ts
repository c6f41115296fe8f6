import type { ClientBase } from 'pg';
import type { Catalog } from '../../catalog/catalog.ts';
import { publishedFiles } from '../../versions/deployment.ts';
import { catalogOf } from '../../versions/files.ts';
import { answers } from '../apply.ts';
import { DeploymentStore } from './store.ts';

/**
 * How often names were given to another version: a query that is cheap enough to be asked each second. Versions are told of when
 * everything about them is in place.
 */
export async function timesPublished(client: ClientBase): Promise<number> {
  const events = 'engine_deployment_events';
  if (!(await answers(client, `select * from ${events} limit 1`))) return 0;
  const { rows } = await client.query<{ times: string }>(
    `select count(*) as times from ${events} where event = 'promoted' or event = 'rolled_back'`,
  );
  return Number(rows[0]?.times);
}

/** What the names stand for while a version is on its way; null when none is. */
export async function publishedCatalog(client: ClientBase): Promise<Catalog | null> {
  const deployment = await new DeploymentStore(client, () => 0).active();
  return deployment === null ? null : catalogOf(publishedFiles(deployment));
}
