import { type ClientBase, DatabaseError } from 'pg';
import type { CatalogObject } from '../../catalog/object.ts';
import { printSelect } from '../../sql/parse.ts';
import { toPostgres } from '../compile/dialect.ts';
import { identifier } from '../compile/restrict.ts';
import type { Deployed } from './deployed.ts';
import { inFile } from './errors.ts';
import type { Layout } from './plan.ts';

/** Drops the public names of views, as far as `which` asks for. */
export async function dropNames(
  client: ClientBase,
  before: ReadonlyMap<string, Deployed>,
  which: (name: string) => boolean,
): Promise<void> {
  const views = [...before]
    .filter(
      ([name, object]) => (object.kind === 'view' || object.kind === 'materialized view') && which(name),
    )
    .map(([name]) => `public.${identifier(name)}`);
  if (views.length > 0) await client.query(`drop view if exists ${views.join(', ')} cascade`);
}

/** PostgreSQL's word for a view that can't be replaced since its columns do not begin as before. */
export const NOT_REPLACEABLE = '42P16';

/**
 * The names that people use: thin views over the stored tables, and the plain views, in order. Those that go on as before keep their
 * grants and what others built on them; others are made anew, with their grants, and what stood on them goes.
 */
export async function renewNames(
  client: ClientBase,
  before: ReadonlyMap<string, Deployed>,
  layout: Layout,
): Promise<void> {
  const objects = layout.published.objects.filter(({ kind }) => kind !== 'function' && kind !== 'sink');
  const isView = (name: string): boolean => layout.published.find(name)?.query != null;
  await dropNames(client, before, (name) => !isView(name));
  const grants = await readGrants(
    client,
    objects.map(({ name }) => name),
  );
  let anew = false;
  for (const object of objects) {
    const text = nameText(object, layout);
    if (text !== null) {
      // A name that somebody else gave is not ours to replace.
      const how = before.has(object.name) ? replace : create;
      anew = (await inFile(object, () => how(client, object.name, text))) || anew;
    }
    await comment(client, object);
  }
  // Of all: plain views went with what they stood on.
  if (anew) for (const { name, grant } of grants) if (isView(name)) await client.query(grant);
}

async function create(client: ClientBase, name: string, text: string): Promise<false> {
  await client.query(`create view public.${identifier(name)} as ${text}`);
  return false;
}

/** @returns whether it had to be made anew */
async function replace(client: ClientBase, name: string, text: string): Promise<boolean> {
  const view = `public.${identifier(name)}`;
  await client.query('savepoint name');
  try {
    await client.query(`create or replace view ${view} as ${text}`);
    await client.query('release savepoint name');
    return false;
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== NOT_REPLACEABLE) throw error;
    await client.query('rollback to savepoint name');
    await client.query(`drop view ${view} cascade`);
    await client.query(`create view ${view} as ${text}`);
    return true;
  }
}

/** The rights on names, as statements that give them again. */
export async function readGrants(
  client: ClientBase,
  names: readonly string[],
): Promise<{ readonly name: string; readonly grant: string }[]> {
  const { rows } = await client.query<{ name: string; grant: string }>(
    `select relname as name, format('grant %s on public.%I to %s%s', privilege_type, relname,
       case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end, case when is_grantable then ' with grant option' else '' end) as grant
     from pg_class cross join lateral aclexplode(relacl) where relnamespace = 'public'::regnamespace and relname = any($1)`,
    [names],
  );
  return rows;
}

/** The query behind a public name; null for what is no view. */
export function nameText(object: CatalogObject, layout: Layout): string | null {
  if (object.kind === 'materialized view') {
    const columns = object.columns.map((column) => identifier(column.name)).join(', ');
    return `select ${columns} from ${layout.tableOf(object.name)}`;
  }
  return object.kind === 'view' && object.query ? printSelect(toPostgres(object.query, null)) : null;
}

export async function comment(client: ClientBase, object: CatalogObject): Promise<void> {
  const kind = object.kind === 'table' ? 'table' : 'view';
  const name = `public.${identifier(object.name)}`;
  const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  const statements = [
    `comment on ${kind} ${name} is ${literal(object.header.summary)}`,
    ...object.columns
      .filter((column) => column.comment)
      .map((column) => `comment on column ${name}.${identifier(column.name)} is ${literal(column.comment)}`),
  ];
  await client.query(statements.join(';\n'));
}
