import { type ClientBase, DatabaseError } from 'pg';
import type { CatalogObject } from '../../catalog/object.ts';
import { identifier } from '../compile/restrict.ts';
import { DeployError, inFile } from '../deploy/errors.ts';
import type { Layout } from '../deploy/plan.ts';
import { comment, NOT_REPLACEABLE, nameText, readGrants } from '../deploy/publicNames.ts';
import type { NameLocks } from './nameLocks.ts';

/** Something that was made outside of sql/ stands on a view that has to be dropped. */
export class NameInUse extends Error {
  override readonly name = 'NameInUse';
}

/**
 * Makes public names stand for another version. Names that stay what they were are not touched. A view whose columns go on as before
 * is replaced and keeps its grants and what stands on it; where one does not, it and the plain views on it are made anew, with
 * their grants. Readers wait for the end of the transaction, and then see the new version of all.
 */
export async function switchNames(
  client: ClientBase,
  from: Layout,
  to: Layout,
  locks: NameLocks,
): Promise<void> {
  const before = texts(from);
  const wanted = texts(to);
  const changed = to.published.objects.filter(
    ({ name }) => wanted.has(name) && wanted.get(name) !== before.get(name),
  );
  const gone = from.published.objects.filter(({ name }) => before.has(name) && !wanted.has(name));
  const moved = withPlainViews(from, to, [...changed, ...gone]);
  // Those on top first, as readers lock them: one that reads a plain view is not caught halfway down.
  await locks.take(
    client,
    from.published.objects.flatMap(({ name }) => (moved.has(name) ? [name] : [])).reverse(),
  );
  await client.query('savepoint names');
  try {
    for (const object of changed) await make(client, object, to, 'create or replace view');
    await dropAll(client, gone);
  } catch (error) {
    if (codeOf(error) !== NOT_REPLACEABLE && !(error instanceof NameInUse)) throw error;
    await client.query('rollback to savepoint names');
    await makeAnew(client, from, to, moved);
  }
  await commentTables(client, from, to);
}

/** What each name stands for, with what people read about it. */
function texts(layout: Layout): Map<string, string> {
  return new Map(
    layout.published.objects.flatMap((object) => {
      const text = nameText(object, layout);
      return text === null ? [] : [[object.name, `${text} ${described(object)}`] as const];
    }),
  );
}

function described({ header, columns }: CatalogObject): string {
  return JSON.stringify([header.summary, columns.map(({ name, comment: said }) => [name, said])]);
}

async function make(client: ClientBase, object: CatalogObject, layout: Layout, how: string): Promise<void> {
  const text = nameText(object, layout);
  const statement = `${how} public.${identifier(object.name)} as ${text}`;
  await inFile(object, () => client.query(statement));
  await comment(client, object);
}

/** Names, and those of the plain views on them. */
function withPlainViews(from: Layout, to: Layout, objects: readonly CatalogObject[]): ReadonlySet<string> {
  const moved = new Set(objects.map(({ name }) => name));
  for (const object of [...from.published.objects, ...to.published.objects])
    if (object.kind === 'view' && object.inputs.some((input) => moved.has(input))) moved.add(object.name);
  return moved;
}

async function makeAnew(
  client: ClientBase,
  from: Layout,
  to: Layout,
  moved: ReadonlySet<string>,
): Promise<void> {
  const grants = await readGrants(client, [...moved]);
  await dropAll(
    client,
    from.published.objects.filter(({ name }) => moved.has(name)),
  );
  for (const object of to.published.objects)
    if (moved.has(object.name)) await make(client, object, to, 'create view');
  for (const { name, grant } of grants) if (to.published.find(name)) await client.query(grant);
}

/** Without `cascade`: what others built on a view is theirs. */
async function dropAll(client: ClientBase, objects: readonly CatalogObject[]): Promise<void> {
  for (const { name } of [...objects].reverse()) {
    try {
      await client.query(`drop view if exists public.${identifier(name)}`);
    } catch (cause) {
      if (!(cause instanceof DatabaseError) || cause.code !== '2BP01') throw cause;
      throw new NameInUse(
        `'${name}' has to be made anew, and something outside of sql/ stands on it: ${cause.detail}`,
        {
          cause,
        },
      );
    }
  }
}

async function commentTables(client: ClientBase, from: Layout, to: Layout): Promise<void> {
  for (const table of to.published.objects) {
    if (table.kind !== 'table') continue;
    const before = from.published.find(table.name);
    if (before === undefined || described(before) !== described(table)) await comment(client, table);
  }
}

function codeOf(error: unknown): string | undefined {
  const from = error instanceof DeployError ? error.cause : error;
  return from instanceof DatabaseError ? from.code : undefined;
}
