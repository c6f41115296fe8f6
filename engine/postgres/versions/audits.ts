import type { ClientBase } from 'pg';
import { type Audit, type Invariant, MOST_LOST } from '../../versions/audit.ts';
import { identifier } from '../compile/restrict.ts';
import type { Layout } from '../deploy/plan.ts';

/** What is asked of the rows of every view of a version before it may take the names. */
export async function auditRows(
  client: ClientBase,
  layout: Layout,
  invariants: readonly Invariant[],
): Promise<Audit[]> {
  const audits: Audit[] = [];
  for (const [name, side] of layout.sides) {
    const object = layout.catalog.get(name);
    const table = layout.tableOf(name);
    const before = layout.published.find(side.view);
    const old = before?.kind === 'materialized view' ? layout.tableOf(side.view) : null;
    const columns = object.columns.map((column) => column.name);
    const kept = invariants.filter((one) => one.columns.every((column) => columns.includes(column)));
    const key = object.key.map(identifier).join(', ');
    const count = (condition: string): string => `count(*) filter (where ${condition})::float8`;
    const { rows } = await client.query<Record<string, number>>(
      `select count(*)::float8 as rows, ${count(`num_nulls(${key}) > 0`)} as nulls,
        (count(*) - count(distinct (${key})))::float8 as repeated,
        ${old === null ? 'null' : `(select count(*)::float8 from ${old})`} as before,
        ${old === null ? 'null' : `(select ${count(`num_nulls(${before?.key.map(identifier).join(', ')}) > 0`)} from ${old})`} as "nulls before"
        ${kept.map(({ holds }, index) => `, ${count(`not (${holds})`)} as "broken ${index}"`).join('')}
       from ${table}`,
    );
    const found = rows[0] ?? {};
    const say = (audit: string, passed: boolean, detail: string): void =>
      void audits.push({ view: side.view, audit, passed, detail });
    say('unique', found.repeated === 0, `${found.repeated} rows share their key (${object.key.join(', ')})`);
    const nulls = found.nulls ?? 0;
    say('not null', nulls <= (found['nulls before'] ?? 0), `${nulls} rows have a null in their key`);
    if (found.before !== null && found.before !== undefined && before?.key.join() === object.key.join())
      say(
        'rows',
        (found.rows ?? 0) >= found.before * (1 - MOST_LOST),
        `${found.rows} rows, where there were ${found.before}`,
      );
    for (const [index, { name: invariant, holds }] of kept.entries())
      say(invariant, found[`broken ${index}`] === 0, `${found[`broken ${index}`]} rows do not have ${holds}`);
  }
  return audits;
}

/** Keeps what was asked and answered. */
export async function recordAudits(client: ClientBase, id: number, audits: readonly Audit[]): Promise<void> {
  for (const { view, audit, passed, detail } of audits)
    await client.query(
      'insert into engine.audits (deployment, view, audit, passed, detail) values ($1, $2, $3, $4, $5)',
      [id, view, audit, passed, detail],
    );
}
