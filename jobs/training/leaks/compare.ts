import type { ClientBase } from 'pg';
import type { WatchedView } from './watched.ts';

/** Rows of a view that differ between two ways to come by them. */
export interface Differing {
  /** Rows that were over, on either side. */
  readonly compared: number;
  readonly differing: number;
  /** Names of the columns that differ in the first rows that do; none where rows are on one side only. */
  readonly columns: readonly string[];
  /** One of them as either side has it; null where it has none. */
  readonly sample: { readonly left: Row | null; readonly right: Row | null } | null;
}

type Row = Readonly<Record<string, unknown>>;

/** Differing rows that are looked at to name columns. */
const LOOKED_AT = 50;

/**
 * Compares the rows of a view in two schemas that were over at a moment.
 *
 * @param cut the moment, ISO 8601; null compares all rows
 * @param tolerance relative difference of doubles that counts as none; 0 compares bit for bit
 */
export async function compareView(
  client: ClientBase,
  view: WatchedView,
  schemas: { readonly left: string; readonly right: string },
  cut: string | null,
  tolerance: number,
): Promise<Differing> {
  const { left, right } = schemas;
  const doubles = tolerance === 0 ? new Set<string>() : await doublesOf(client, `${right}.${view.name}`);
  const same = view.columns.map((name) =>
    doubles.has(name) ? about(name, tolerance) : `l.${name} is not distinct from r.${name}`,
  );
  const paired = view.key.map((name) => `l.${name} = r.${name}`).join(' and ');
  const { rows } = await client.query<{ compared: number; differing: number; samples: Sample[] | null }>(
    `with l as materialized (${overRows(view, left)}),
     r as materialized (${overRows(view, right)}),
     pairs as (
       select row_to_json(l) as left, row_to_json(r) as right, coalesce(${same.join(' and ')}, false)
         and l.${view.key[0]} is not null and r.${view.key[0]} is not null as same
       from l full join r on ${paired}
     )
     select count(*)::int as compared, count(*) filter (where not same)::int as differing,
       (select json_agg(other) from (select pairs.left, pairs.right from pairs where not same limit ${LOOKED_AT}) as other) as samples
     from pairs`,
    [cut],
  );
  const { compared = 0, differing = 0, samples } = rows[0] ?? {};
  return { compared, differing, columns: columnsOf(view, samples ?? []), sample: samples?.[0] ?? null };
}

interface Sample {
  readonly left: Row | null;
  readonly right: Row | null;
}

function overRows({ name, columns, overAt }: WatchedView, schema: string): string {
  const list = columns.map((column) => `r.${column}`).join(', ');
  return `select ${list} from ${schema}.${name} as r where $1::timestamptz is null or ${overAt} <= $1::timestamptz`;
}

function about(name: string, tolerance: number): string {
  const apart = `abs(l.${name} - r.${name}) <= ${tolerance} * greatest(1, abs(l.${name}), abs(r.${name}))`;
  return `((l.${name} is null and r.${name} is null) or coalesce(${apart}, false))`;
}

async function doublesOf(client: ClientBase, table: string): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ name: string }>(
    "select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and atttypid = 'double precision'::regtype",
    [table],
  );
  return new Set(rows.map(({ name }) => name));
}

function columnsOf(view: WatchedView, samples: readonly Sample[]): readonly string[] {
  return view.columns.filter((name) =>
    samples.some(({ left, right }) => left !== null && right !== null && left[name] !== right[name]),
  );
}
