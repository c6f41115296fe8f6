import type { EngineProfile } from '../profile.ts';
import { landingTable } from './landingTable.ts';
import type { Queryable, WrittenRow } from './writeRows.ts';

/** What some rows of a table of sql/landing become. */
export interface Rewrite {
  readonly table: string;
  /** New values by column: times in ISO 8601, decimals as text. The key stays. */
  readonly set: WrittenRow;
  /** Which rows, with `$1`, … for the values. */
  readonly where: string;
  readonly values: readonly unknown[];
}

/**
 * Changes columns of rows that are there. Where a new row of a key overwrites the one before, the rows are written anew from what
 * they are; what was written a moment ago has to be flushed first, or it is not seen and lost.
 *
 * @example
 * await rewriteRows(client, profile, { table: 'models', set: { alias: null }, where: 'name = $1', values: [name] });
 */
export async function rewriteRows(to: Queryable, profile: EngineProfile, rewrite: Rewrite): Promise<void> {
  const { table, set, where, values } = rewrite;
  const { columns, key, keepsFirst } = landingTable(table);
  const unfit = Object.keys(set).find(
    (name) => keepsFirst || key.includes(name) || !columns.some((column) => column.name === name),
  );
  if (unfit !== undefined)
    throw new TypeError(`${table}.${unfit} can not be rewritten: see sql/landing/${table}.sql`);
  const given = [...values];
  const valueFor = new Map(
    columns
      .filter(({ name }) => name in set)
      .map(({ name, type }) => [name, `$${given.push(set[name] ?? null)}::${type}`]),
  );
  const names = columns.map(({ name }) => name);
  const text =
    profile.conflicts === 'table'
      ? `insert into ${table} (${names.join(', ')}) select ${names.map((name) => valueFor.get(name) ?? name).join(', ')} from ${table} where ${where}`
      : `update ${table} set ${[...valueFor].map(([name, value]) => `${name} = ${value}`).join(', ')} where ${where}`;
  await to.query(text, given);
}
