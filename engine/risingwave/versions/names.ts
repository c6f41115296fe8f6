import type { ClientBase } from 'pg';
import type { CatalogObject } from '../../catalog/object.ts';
import { connect, refused } from '../connection.ts';
import { subscriptionName } from '../subscription.ts';
import { otherName } from './steps.ts';
import type { ViewIds } from './store.ts';

/**
 * What RisingWave knows the views of a name by. A swap changes names and nothing else, so the number tells which of two versions
 * has the name; the definition does not, since it is written anew with the names.
 */
export async function readIds(client: ClientBase): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const list of ['rw_materialized_views', 'rw_views']) {
    const { rows } = await client.query<{ name: string; id: string }>(
      `select name, id from rw_catalog.${list}`,
    );
    for (const { name, id } of rows) ids.set(name, String(id));
  }
  return ids;
}

/** Both versions of views that were built anew and have not changed places yet. */
export async function bothIds(
  client: ClientBase,
  views: readonly CatalogObject[],
): Promise<Record<string, ViewIds>> {
  const ids = await readIds(client);
  return Object.fromEntries(
    views.map(({ name }) => {
      const [old, fresh] = [ids.get(name), ids.get(otherName(name))];
      if (old === undefined || fresh === undefined)
        throw new TypeError(`${old === undefined ? name : otherName(name)} is not among RisingWave's views`);
      return [name, { old, new: fresh }];
    }),
  );
}

/** Which of these views are followed by a subscription; asked by opening it, over a connection of its own. */
export async function subscribedViews(url: string, views: readonly CatalogObject[]): Promise<string[]> {
  const found: string[] = [];
  for (const { name, kind } of views) {
    if (kind !== 'materialized view') continue;
    const client = await connect(url, 'tickwave versions');
    try {
      await client.query(
        `declare tickwave_cursor subscription cursor for ${subscriptionName(name)} since now()`,
      );
      found.push(name);
    } catch (error) {
      if (!refused(error)) throw error;
    } finally {
      await client.end();
    }
  }
  return found;
}
