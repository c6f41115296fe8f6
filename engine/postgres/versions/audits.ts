import type { ClientBase } from 'pg';
import { type Audit, askable, type Counts, type Invariant, judge } from '../../versions/audit.ts';
import { identifier } from '../compile/restrict.ts';
import type { Layout } from '../deploy/plan.ts';

/** What is asked of the rows of every view of a version before it may take the names. */
export async function auditRows(
  client: ClientBase,
  layout: Layout,
  invariants: readonly Invariant[],
): Promise<Audit[]> {
  const audits: Audit[] = [];
  for (const [name, { view }] of layout.sides) {
    const object = layout.catalog.get(name);
    const old = layout.published.find(view);
    const asked = askable(invariants, object.columns);
    const table = layout.tableOf(name);
    const found = await count(client, table, object.key, asked);
    const repeated = await countRepeated(client, table, object.key);
    const same = old?.kind === 'materialized view' && old.key.join() === object.key.join();
    const before = same ? await count(client, layout.tableOf(view), object.key, []) : null;
    audits.push(...judge({ name: view, key: object.key }, { ...found, repeated }, before, asked));
  }
  return audits;
}

async function count(
  client: ClientBase,
  table: string,
  key: readonly string[],
  invariants: readonly Invariant[],
): Promise<Counts> {
  const filtered = (condition: string): string => `count(*) filter (where ${condition})::float8`;
  const broken = invariants.map(({ holds }, index) => `, ${filtered(`not (${holds})`)} as "broken ${index}"`);
  const { rows } = await client.query<Record<string, number>>(
    `select count(*)::float8 as rows, ${filtered(`num_nulls(${listed(key)}) > 0`)} as nulls${broken.join('')} from ${table}`,
  );
  const [{ rows: all = 0, nulls = 0, ...rest } = {}] = rows;
  return { rows: all, nulls, broken: invariants.map((_, index) => rest[`broken ${index}`] ?? 0) };
}

async function countRepeated(client: ClientBase, table: string, key: readonly string[]): Promise<number> {
  const { rows } = await client.query<{ keys: number }>(
    `select count(*)::float8 as keys from (select from ${table} group by ${listed(key)} having count(*) > 1) as repeated`,
  );
  return rows[0]?.keys ?? 0;
}

function listed(key: readonly string[]): string {
  return key.map(identifier).join(', ');
}

/** Keeps what was asked and answered. */
export async function recordAudits(client: ClientBase, id: number, audits: readonly Audit[]): Promise<void> {
  for (const { view, audit, passed, detail } of audits)
    await client.query(
      'insert into engine.audits (deployment, view, audit, passed, detail) values ($1, $2, $3, $4, $5)',
      [id, view, audit, passed, detail],
    );
}
