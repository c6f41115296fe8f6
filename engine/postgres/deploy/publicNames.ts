import type { ClientBase } from 'pg';
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

/** The names that people use: thin views over the stored tables, and the plain views, in order. */
export async function makeNames(client: ClientBase, layout: Layout): Promise<void> {
  for (const object of layout.published.objects) {
    const text = nameText(object, layout);
    if (text !== null)
      await inFile(object, () => client.query(`create view public.${identifier(object.name)} as ${text}`));
    if (object.kind !== 'function' && object.kind !== 'sink') await comment(client, object);
  }
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
