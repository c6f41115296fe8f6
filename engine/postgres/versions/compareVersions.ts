import type { ClientBase } from 'pg';
import { type RowSample, TOLERANCE, type ViewDiff } from '../../versions/versions.ts';
import { identifier } from '../compile/restrict.ts';
import type { Layout } from '../deploy/plan.ts';

interface Counts {
  readonly published: number;
  readonly other: number;
  readonly only_published: number;
  readonly only_other: number;
  readonly differing: number;
  readonly samples: readonly RowSample[] | null;
  readonly [column: string]: unknown;
}

/** Compares a version that stands beside the published one with it, row by row, on one snapshot. */
export async function compareVersions(
  client: ClientBase,
  layout: Layout,
  options: { readonly samples: number; readonly views?: readonly string[] },
): Promise<ViewDiff[]> {
  const wanted = [...layout.sides].filter(
    ([, { view }]) =>
      options.views === undefined || options.views.length === 0 || options.views.includes(view),
  );
  const found: ViewDiff[] = [];
  await client.query('begin isolation level repeatable read read only');
  try {
    for (const [name] of wanted) found.push(await compareView(client, layout, name, options.samples));
  } finally {
    await client.query('commit');
  }
  return found;
}

async function compareView(
  client: ClientBase,
  layout: Layout,
  name: string,
  samples: number,
): Promise<ViewDiff> {
  const view = layout.sides.get(name)?.view ?? name;
  const [other, published] = [layout.catalog.get(name), layout.published.find(view)];
  const table = layout.tableOf(name);
  const mine = other.columns.map((column) => column.name);
  const theirs = published?.columns.map((column) => column.name) ?? [];
  const columns = {
    onlyPublished: theirs.filter((column) => !mine.includes(column)),
    onlyOther: mine.filter((column) => !theirs.includes(column)),
  };
  const none = { view, columns, differing: 0, byColumn: {}, samples: [] };
  const sameKey = published?.kind === 'materialized view' && published.key.join() === other.key.join();
  if (!sameKey) {
    const { rows } = await client.query<{ rows: number }>(`select count(*)::float8 as rows from ${table}`);
    const count = rows[0]?.rows ?? 0;
    const why = published === undefined ? 'new' : 'its key changed, so there are no rows to pair';
    return { ...none, rows: { published: 0, other: count }, onlyPublished: 0, onlyOther: count, why };
  }
  const both = mine.filter((column) => theirs.includes(column) && !other.key.includes(column));
  const pair = { published: layout.tableOf(view), other: table, key: other.key };
  const floats = await doubles(client, pair);
  const differs = both.map((column) => ({ column, sql: differ(column, floats.has(column)) }));
  const count = await countPairs(client, pair, differs);
  const byColumn = differs.map(({ column }, index) => [column, Number(count[`column ${index}`])] as const);
  return {
    ...none,
    rows: { published: count.published, other: count.other },
    onlyPublished: count.only_published,
    onlyOther: count.only_other,
    differing: count.differing,
    byColumn: Object.fromEntries(byColumn.filter(([, number]) => number > 0)),
    samples: samples > 0 ? await readSamples(client, pair, differs, mine, samples) : [],
    why: null,
  };
}

/** Two tables whose rows are paired by key. */
interface Pair {
  readonly published: string;
  readonly other: string;
  readonly key: readonly string[];
}

interface Differs {
  readonly column: string;
  readonly sql: string;
}

/** Rows without a partner have no address. */
const BOTH = 'p.ctid is not null and o.ctid is not null';

function fromPair({ published, other, key }: Pair): string {
  const on = key.map((column) => `p.${identifier(column)} = o.${identifier(column)}`).join(' and ');
  return `${published} as p full join ${other} as o on ${on}`;
}

function anyOf(differs: readonly Differs[]): string {
  return `(${['false', ...differs.map(({ sql }) => sql)].join(' or ')})`;
}

async function countPairs(client: ClientBase, pair: Pair, differs: readonly Differs[]): Promise<Counts> {
  const count = (condition: string, name: string): string =>
    `count(*) filter (where ${condition})::float8 as "${name}"`;
  const counts = [
    count('p.ctid is not null', 'published'),
    count('o.ctid is not null', 'other'),
    count('o.ctid is null', 'only_published'),
    count('p.ctid is null', 'only_other'),
    count(`${BOTH} and ${anyOf(differs)}`, 'differing'),
    ...differs.map(({ sql }, index) => count(`${BOTH} and ${sql}`, `column ${index}`)),
  ];
  const { rows } = await client.query<Counts>(`select ${counts.join(', ')} from ${fromPair(pair)}`);
  const [found] = rows;
  if (!found) throw new TypeError('a count without a row');
  return found;
}

/** The newest rows that differ: their key and what is not equal. */
async function readSamples(
  client: ClientBase,
  pair: Pair,
  differs: readonly Differs[],
  columns: readonly string[],
  samples: number,
): Promise<RowSample[]> {
  const order = pair.key
    .map((column) => `coalesce(o.${identifier(column)}, p.${identifier(column)}) desc`)
    .reverse();
  const { rows } = await client.query<RowSample>(
    `select case when p.ctid is not null then to_jsonb(p) end as published, case when o.ctid is not null then to_jsonb(o) end as other
     from ${fromPair(pair)} where not (${BOTH}) or ${anyOf(differs)} order by ${order.join(', ')} limit ${samples}`,
  );
  return rows.map(({ published, other }) => {
    if (published === null || other === null) return { published, other };
    const shown = columns.filter(
      (column) =>
        pair.key.includes(column) || JSON.stringify(published[column]) !== JSON.stringify(other[column]),
    );
    const pick = (row: Readonly<Record<string, unknown>>): Record<string, unknown> =>
      Object.fromEntries(shown.flatMap((column) => (column in row ? [[column, row[column]]] : [])));
    return { published: pick(published), other: pick(other) };
  });
}

async function doubles(client: ClientBase, { published, other }: Pair): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ name: string }>(
    `select attname as name from pg_attribute where attrelid in ($1::regclass, $2::regclass) and attnum > 0
     group by attname having bool_and(atttypid = 'float8'::regtype)`,
    [published, other],
  );
  return new Set(rows.map(({ name }) => name));
}

/** As text where the types of the two may differ: a type that changed is not a value that changed. */
function differ(column: string, isDouble: boolean): string {
  const [p, o] = [`p.${identifier(column)}`, `o.${identifier(column)}`];
  if (!isDouble) return `to_jsonb(${p}) is distinct from to_jsonb(${o})`;
  return `(${p} is distinct from ${o} and coalesce(abs(${p} - ${o}) > ${TOLERANCE} * greatest(1, abs(${p}), abs(${o})), true))`;
}
