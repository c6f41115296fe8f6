import type { ClientBase } from 'pg';
import type { CatalogObject } from '../../catalog/object.ts';
import type { Deployed } from './deployed.ts';
import { inFile } from './errors.ts';
import type { Layout } from './plan.ts';

export async function deployFunctions(
  client: ClientBase,
  layout: Layout,
  before: ReadonlyMap<string, Deployed>,
): Promise<void> {
  const functions = layout.catalog.objects.filter(
    (object) => object.kind === 'function' && object.dialect !== 'risingwave',
  );
  await client.query('set local search_path = compat, public');
  for (const routine of functions) {
    if (before.get(routine.name)?.hash === layout.hashes.get(routine.name)) continue;
    // Views call functions through stored plans, not by reference, so a changed one can be dropped with what hangs on it.
    const made = await client.query<{ drop: string }>(
      `select format('drop %s if exists %s cascade', case prokind when 'a' then 'aggregate' else 'function' end, oid::regprocedure) as drop
       from pg_proc where pronamespace = 'compat'::regnamespace and proname = any($1)`,
      [definedNames(routine)],
    );
    for (const row of made.rows) await client.query(row.drop);
    await inFile(routine, () => client.query(routine.statement.body));
  }
  await client.query('set local search_path = public, compat');
}

function definedNames(routine: CatalogObject): string[] {
  return [
    ...routine.statement.body.matchAll(/create\s+(?:or\s+replace\s+)?(?:function|aggregate)\s+(\w+)/gi),
  ].map((match) => match[1]?.toLowerCase() ?? '');
}
