import type { ClientBase, Pool } from 'pg';

/** Names of the columns of a view of sql/features, in its order. */
export async function columnsOf(
  client: Pick<ClientBase, 'query'> | Pick<Pool, 'query'>,
  view: 'features' | 'training_set',
): Promise<readonly string[]> {
  // No market has this name, so no row is read.
  const { fields } = await client.query(`select * from ${view} where exchange = ''`);
  return fields.map(({ name }) => name);
}
