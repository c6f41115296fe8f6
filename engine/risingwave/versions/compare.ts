import type { ClientBase } from 'pg';
import type { Catalog } from '../../catalog/catalog.ts';
import type { CatalogObject } from '../../catalog/object.ts';
import { RISINGWAVE } from '../../profile.ts';
import { type CompareOptions, type RowSample, TOLERANCE, type ViewDiff } from '../../versions/versions.ts';
import { otherName, rebuiltViews } from './steps.ts';

/** Type number of `double precision`. */
const DOUBLE = 701;

/** Two versions of sql/, and which of them has the names. */
export interface SidesOf {
  readonly published: Catalog;
  readonly other: Catalog;
}

/** Compares the views that stand in two versions, row by row by their key, on one snapshot. */
export async function compareVersions(
  client: ClientBase,
  { published, other }: SidesOf,
  { samples, views }: CompareOptions,
): Promise<ViewDiff[]> {
  for (const name of views ?? []) other.get(name);
  const wanted = rebuiltViews(published, other).filter(
    ({ name, kind }) => kind === 'materialized view' && (views === undefined || views.includes(name)),
  );
  const found: ViewDiff[] = [];
  await client.query(RISINGWAVE.snapshot);
  try {
    for (const view of wanted) found.push(await compareView(client, published.get(view.name), view, samples));
  } finally {
    await client.query('commit');
  }
  return found;
}

async function compareView(
  client: ClientBase,
  old: CatalogObject,
  view: CatalogObject,
  samples: number,
): Promise<ViewDiff> {
  const { name, key } = view;
  const [mine, theirs] = [view, old].map(({ columns }) => columns.map((column) => column.name));
  const columns = {
    onlyPublished: (theirs ?? []).filter((column) => !mine?.includes(column)),
    onlyOther: (mine ?? []).filter((column) => !theirs?.includes(column)),
  };
  if (old.key.join() !== key.join()) {
    const { rows } = await client.query<{ rows: string }>(`select count(*) as rows from ${otherName(name)}`);
    const other = Number(rows[0]?.rows);
    const none = { onlyPublished: 0, onlyOther: other, differing: 0, byColumn: {}, samples: [] };
    const why = 'its key changed, so there are no rows to pair';
    return { view: name, columns, rows: { published: 0, other }, ...none, why };
  }
  const both = (mine ?? []).filter((column) => theirs?.includes(column) && !key.includes(column));
  const differs = await differing(client, name, both);
  return { view: name, columns, ...(await counted(client, view, differs, samples)), why: null };
}

interface Differs {
  readonly column: string;
  readonly sql: string;
}

/** Where one has a value and the other none, or both have another; doubles may differ in their last digits. */
async function differing(client: ClientBase, name: string, columns: readonly string[]): Promise<Differs[]> {
  const doubles = await Promise.all([doublesOf(client, name), doublesOf(client, otherName(name))]);
  return columns.map((column) => {
    const [p, o] = [`p.${column}`, `o.${column}`];
    const apart = doubles.every((names) => names.has(column))
      ? `abs(${p} - ${o}) > ${TOLERANCE.toFixed(9)}::double precision * greatest(1, abs(${p}), abs(${o}))`
      : `${p} <> ${o}`;
    const none = `(${p} is null and ${o} is not null) or (${p} is not null and ${o} is null)`;
    return { column, sql: `(${none} or coalesce(${apart}, false))` };
  });
}

async function doublesOf(client: ClientBase, name: string): Promise<ReadonlySet<string>> {
  const { fields } = await client.query(`select * from ${name} limit 1`);
  return new Set(fields.filter(({ dataTypeID }) => dataTypeID === DOUBLE).map((field) => field.name));
}

async function counted(
  client: ClientBase,
  { name, key, columns }: CatalogObject,
  differs: readonly Differs[],
  samples: number,
): Promise<Pick<ViewDiff, 'rows' | 'onlyPublished' | 'onlyOther' | 'differing' | 'byColumn' | 'samples'>> {
  const [first] = key;
  const on = key.map((column) => `p.${column} = o.${column}`).join(' and ');
  const from = `${name} as p full outer join ${otherName(name)} as o on ${on}`;
  const [p, o] = [`p.${first} is not null`, `o.${first} is not null`];
  const any = `(${p} and ${o} and (${['false', ...differs.map(({ sql }) => sql)].join(' or ')}))`;
  const count = (condition: string, as: string): string => `count(*) filter (where ${condition}) as ${as}`;
  const { rows } = await client.query<Record<string, string>>(
    `select ${[
      count(p, 'published'),
      count(o, 'other'),
      count(`${p} and not (${o})`, 'only_published'),
      count(`${o} and not (${p})`, 'only_other'),
      count(any, 'differing'),
      ...differs.map(({ sql }, index) => count(`${p} and ${o} and ${sql}`, `column_${index}`)),
    ].join(', ')} from ${from}`,
  );
  const found = rows[0] ?? {};
  const byColumn = differs.map(({ column }, index) => [column, Number(found[`column_${index}`])] as const);
  const known = columns.map((column) => column.name);
  const shown = differs.map(({ column }) => column).filter((column) => known.includes(column));
  return {
    rows: { published: Number(found.published), other: Number(found.other) },
    onlyPublished: Number(found.only_published),
    onlyOther: Number(found.only_other),
    differing: Number(found.differing),
    byColumn: Object.fromEntries(byColumn.filter(([, number]) => number > 0)),
    samples:
      samples === 0
        ? []
        : await readSamples(client, {
            from,
            where: `not (${p}) or not (${o}) or ${any}`,
            key,
            shown,
            samples,
          }),
  };
}

interface Wanted {
  readonly from: string;
  readonly where: string;
  readonly key: readonly string[];
  readonly shown: readonly string[];
  readonly samples: number;
}

/** The newest rows that differ: their key and what is not equal. */
async function readSamples(
  client: ClientBase,
  { from, where, key, shown, samples }: Wanted,
): Promise<RowSample[]> {
  const list = [...key, ...shown].flatMap((column) => [
    `p.${column} as p_${column}`,
    `o.${column} as o_${column}`,
  ]);
  const order = [...key].reverse().map((column) => `coalesce(o.${column}, p.${column}) desc`);
  const { rows } = await client.query<Record<string, unknown>>(
    `select ${list.join(', ')} from ${from} where ${where} order by ${order.join(', ')} limit ${samples}`,
  );
  return rows.map((row) => {
    const side = (letter: string): Record<string, unknown> | null => {
      const other = letter === 'p' ? 'o' : 'p';
      if (row[`${letter}_${key[0]}`] === null) return null;
      const same = (column: string): boolean =>
        JSON.stringify(row[`p_${column}`]) === JSON.stringify(row[`o_${column}`]);
      const alone = row[`${other}_${key[0]}`] === null;
      const columns = [...key, ...shown.filter((column) => alone || !same(column))];
      return Object.fromEntries(columns.map((column) => [column, row[`${letter}_${column}`]]));
    };
    return { published: side('p'), other: side('o') };
  });
}
