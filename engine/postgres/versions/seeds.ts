import type { ClientBase } from 'pg';
import type { SliceRule } from '../../slices/rule.ts';
import { keysOf } from '../compile/compilation.ts';
import { names } from '../compile/names.ts';
import { identifier } from '../compile/restrict.ts';
import { everySlice } from '../compile/touched.ts';
import type { Layout } from '../deploy/plan.ts';

/** First and last time of what is to be built, as far as the inputs tell. */
export interface Bounds {
  readonly oldest: Date | null;
  readonly newest: Date | null;
}

/** How a view is built: in slices of time, in slices without, or at once. */
function shapeOf(rule: SliceRule): 'times' | 'partitions' | 'whole' {
  const sliced = rule.leaves.filter((leaf) => leaf.scope === 'slices');
  if (sliced.length < rule.leaves.length || sliced.length === 0) return 'whole';
  if (rule.time !== null) return 'times';
  return rule.partition.length > 0 ? 'partitions' : 'whole';
}

/**
 * Writes down which partitions a view is going to have, once its inputs are complete and it is awake: what comes later is noted as a
 * change. Outside of the engine's own transactions, for it reads whole tables.
 */
export async function writeTodo(client: ClientBase, layout: Layout, view: string): Promise<void> {
  const rule = ruleOf(layout, view);
  const sliced = rule.leaves.filter((leaf) => leaf.scope === 'slices');
  const keys = keysOf(rule).join(', ') || 'null::boolean as unused';
  const every = sliced.map((leaf) => everySlice(leaf, rule, layout.compilation(rule.view)));
  const from =
    every.length > 0 ? `(${every.join(' union all ')}) as every` : `${layout.tableOf(view)} where false`;
  await client.query('begin');
  await client.query(`drop table if exists ${names.todo(view)}`);
  await client.query(`create table ${names.todo(view)} as select distinct ${keys} from ${from}`);
  await client.query('commit');
}

/** First and last time of what a view's inputs hold. */
export async function readBounds(client: ClientBase, layout: Layout, view: string): Promise<Bounds> {
  const ranges = ruleOf(layout, view).leaves.flatMap(({ leaf, chain }) => {
    if (!chain) return [];
    const time = identifier(chain.column);
    return [`select min(${time}) as oldest, max(${time}) as newest from ${layout.tableOf(leaf.relation)}`];
  });
  if (ranges.length === 0) return { oldest: null, newest: null };
  const { rows } = await client.query<Bounds>(
    `select min(oldest) as oldest, max(newest) as newest from (${[...new Set(ranges)].join(' union all ')}) as bounds where isfinite(oldest) and isfinite(newest)`,
  );
  return rows[0] ?? { oldest: null, newest: null };
}

/** Whether a view's partitions were written down. */
export async function hasTodo(client: ClientBase, view: string): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
    names.todo(view),
  ]);
  return rows[0]?.there === true;
}

/**
 * Puts one part of a view's build into its table of seeds: the rows between two times, or all of it where it can't be split so.
 *
 * @param from null for everything before `to`
 * @param to null for everything after `from`, in the first part
 */
export async function seed(
  client: ClientBase,
  layout: Layout,
  view: string,
  from: Date | null,
  to: Date | null,
): Promise<void> {
  const rule = ruleOf(layout, view);
  const shape = shapeOf(rule);
  if (shape === 'whole') {
    await client.query(`insert into ${names.seeds(view)} (unused) values (true)`);
    return;
  }
  const keys = keysOf(rule);
  const times = shape === 'times';
  const range = [
    "coalesce($1::timestamptz, '-infinity')",
    "coalesce($2::timestamptz - interval '1 microsecond', 'infinity')",
  ];
  // Rows with a null in their key make a view be computed whole: once is enough.
  const known = keys.length > 0 && to !== null ? ` where num_nulls(${keys.join(', ')}) = 0` : '';
  await client.query(
    `insert into ${names.seeds(view)} (${[...keys, ...(times ? ['lo', 'hi'] : [])].join(', ')})
     select ${[...keys, ...(times ? range : [])].join(', ')} from ${names.todo(view)}${known}`,
    times ? [from, to] : [],
  );
}

export async function unseed(client: ClientBase, view: string): Promise<void> {
  await client.query(`delete from ${names.seeds(view)}`);
}

/** Whether a view is built in parts of time. */
export function isSplit(layout: Layout, view: string): boolean {
  return shapeOf(ruleOf(layout, view)) === 'times';
}

function ruleOf(layout: Layout, view: string): SliceRule {
  const rule = layout.rules.get(view);
  if (!rule) throw new TypeError(`${view} is not a stored view`);
  return rule;
}
