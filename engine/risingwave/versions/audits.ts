import type { ClientBase } from 'pg';
import type { Catalog } from '../../catalog/catalog.ts';
import { type Audit, askable, type Counts, type Invariant, judge } from '../../versions/audit.ts';
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
    const asked = askable(invariants, view.columns);
    const old = before.get(view.name);
    const found = await count(client, otherName(view.name), view.key, asked);
    const repeated = await countRepeated(client, otherName(view.name), view.key);
    const same = old.key.join() === view.key.join();
    const was = same ? await count(client, view.name, view.key, []) : null;
    audits.push(...judge(view, { ...found, repeated }, was, asked));
  }
  return audits;
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
  const found = rows[0] ?? {};
  const broken = invariants.map((_, index) => Number(found[`broken_${index}`]));
  return { rows: Number(found.rows), nulls: Number(found.nulls), broken };
}

async function countRepeated(client: ClientBase, table: string, key: readonly string[]): Promise<number> {
  const { rows } = await client.query<{ keys: string }>(
    `select count(*) as keys from (select count(*) as rows from ${table} group by ${key.join(', ')}) as grouped where rows > 1`,
  );
  return Number(rows[0]?.keys);
}
