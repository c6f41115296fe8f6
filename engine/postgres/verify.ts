import type { ClientBase } from 'pg';
import { printSelect } from '../sql/parse.ts';
import { toPostgres } from './compile/dialect.ts';
import { identifier } from './compile/restrict.ts';
import type { Layout } from './deploy/plan.ts';

/** Rows of a stored view that are not what its query gives. */
export interface Difference {
  readonly view: string;
  readonly rows: number;
  /** First rows that differ, stored and recomputed, as JSON. */
  readonly samples: readonly { readonly stored: unknown; readonly recomputed: unknown }[];
}

/** Relative difference up to which two doubles count as equal: sums in another order differ in their last digits. */
const TOLERANCE = 1e-9;

/** Computes a stored view's query from nothing and compares; null when every row is equal. */
export async function verifyView(
  client: ClientBase,
  layout: Layout,
  view: string,
): Promise<Difference | null> {
  const object = layout.catalog.get(view);
  const { query } = layout.compilation(object).rule;
  const table = layout.tableOf(view);
  const { rows: types } = await client.query<{ name: string; type: string }>(
    'select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped',
    [table],
  );
  const floats = new Set(
    types.filter((column) => column.type === 'double precision').map((column) => column.name),
  );
  const columns = object.columns.map((column) => identifier(column.name));
  const same = object.key
    .map((column) => `s.${identifier(column)} is not distinct from r.${identifier(column)}`)
    .join(' and ');
  const differs = object.columns
    .filter((column) => !object.key.includes(column.name))
    .map(({ name }) =>
      floats.has(name)
        ? floatsDiffer(identifier(name))
        : `s.${identifier(name)} is distinct from r.${identifier(name)}`,
    );
  const list = columns.join(', ');
  // In parts, since a full join takes no condition that can't be hashed: nulls in keys are equal here.
  const text = `
    with r as materialized (select ${list} from (${printSelect(toPostgres(query, layout.tableOf))}) as computed),
    s as materialized (select ${list} from ${table}),
    differing as (
      select row_to_json(s) as stored, row_to_json(r) as recomputed from s join r on ${joinKeys(object.key)} where ${[...differs, 'false'].join(' or ')}
      union all select row_to_json(s), row_to_json(r) from s join r on ${same} where num_nulls(${object.key.map((column) => `s.${identifier(column)}`).join(', ')}) > 0 and (${[...differs, 'false'].join(' or ')})
      union all select row_to_json(s), null from s where ${missing('s', 'r', object.key, same)}
      union all select null, row_to_json(r) from r where ${missing('r', 's', object.key, same)}
    )
    select count(*)::int as rows, (select json_agg(d) from (select * from differing limit 3) d) as samples from differing`;
  const { rows } = await client.query<{ rows: number; samples: Difference['samples'] | null }>(text);
  const found = rows[0];
  return found && found.rows > 0 ? { view, rows: found.rows, samples: found.samples ?? [] } : null;
}

/** Rows are paired by equal keys, which can be hashed; the few with nulls in their key one by one. */
function joinKeys(key: readonly string[]): string {
  const columns = key.map(identifier);
  return `${columns.map((column) => `s.${column} = r.${column}`).join(' and ')}`;
}

function missing(from: string, other: string, key: readonly string[], same: string): string {
  const list = (alias: string): string => key.map((column) => `${alias}.${identifier(column)}`).join(', ');
  return (
    `case when num_nulls(${list(from)}) = 0 then (${list(from)}) not in (select ${list(other)} from ${other} where num_nulls(${list(other)}) = 0) ` +
    `else not exists (select from ${other} where ${same}) end`
  );
}

function floatsDiffer(column: string): string {
  return (
    `((s.${column} is null) <> (r.${column} is null) or ` +
    `abs(s.${column} - r.${column}) > ${TOLERANCE} * greatest(1, abs(s.${column}), abs(r.${column})))`
  );
}
