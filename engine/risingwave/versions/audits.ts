import type { ClientBase } from 'pg';
import type { Catalog } from '../../catalog/catalog.ts';
import { type Audit, type Invariant, MOST_LOST } from '../../versions/audit.ts';
import { otherName, rebuiltViews } from './steps.ts';

/** What is asked of the rows of every view that was built before it may take the names. */
export async function auditRows(
  client: ClientBase,
  before: Catalog,
  after: Catalog,
  invariants: readonly Invariant[],
): Promise<Audit[]> {
  const audits: Audit[] = [];
  for (const view of rebuiltViews(before, after)) {
    if (view.kind !== 'materialized view') continue;
    const say = (audit: string, passed: boolean, detail: string): void =>
      void audits.push({ view: view.name, audit, passed, detail });
    const columns = view.columns.map(({ name }) => name);
    const kept = invariants.filter((one) => one.columns.every((column) => columns.includes(column)));
    const old = before.get(view.name);
    const table = otherName(view.name);
    const now = await count(client, table, view.key, kept);
    const was = await count(client, view.name, old.key, []);
    say('unique', now.repeated === 0, `${now.repeated} keys (${view.key.join(', ')}) have more than one row`);
    say('not null', now.nulls <= was.nulls, `${now.nulls} rows have a null in their key`);
    if (old.key.join() === view.key.join())
      say('rows', now.rows >= was.rows * (1 - MOST_LOST), `${now.rows} rows, where there were ${was.rows}`);
    for (const [index, { name, holds }] of kept.entries())
      say(name, now.broken[index] === 0, `${now.broken[index]} rows do not have ${holds}`);
  }
  return audits;
}

interface Counts {
  readonly rows: number;
  readonly nulls: number;
  readonly repeated: number;
  readonly broken: readonly number[];
}

async function count(
  client: ClientBase,
  table: string,
  key: readonly string[],
  invariants: readonly Invariant[],
): Promise<Counts> {
  const filtered = (condition: string, name: string): string =>
    `count(*) filter (where ${condition}) as ${name}`;
  const { rows } = await client.query<Record<string, string>>(
    `select count(*) as rows, ${filtered(key.map((column) => `${column} is null`).join(' or '), 'nulls')}
     ${invariants.map(({ holds }, index) => `, ${filtered(`not (${holds})`, `broken_${index}`)}`).join('')} from ${table}`,
  );
  const repeated = await client.query<{ keys: string }>(
    `select count(*) as keys from (select count(*) as rows from ${table} group by ${key.join(', ')}) as grouped where rows > 1`,
  );
  const found = rows[0] ?? {};
  return {
    rows: Number(found.rows),
    nulls: Number(found.nulls),
    repeated: Number(repeated.rows[0]?.keys),
    broken: invariants.map((_, index) => Number(found[`broken_${index}`])),
  };
}
