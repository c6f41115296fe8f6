import type { ClientBase } from 'pg';
import { type ChangeColumns, noteColumns } from '../compile/changes.ts';
import { names } from '../compile/names.ts';
import { identifier } from '../compile/restrict.ts';
import { workingTables } from '../compile/slices.ts';
import { type Layout, watchedTables } from './plan.ts';

/**
 * Settings of the session that writes views. Plans are made once and kept, so they must be good for tables and slices of any
 * size: rows by index, joins by hash. What has to loop (a lateral query a slice) has no other way and is not touched by that.
 * Its commits need no flush of their own, for what a crash takes from them is marked as dirty again.
 */
const SETTINGS = `
set timezone = 'UTC';
set search_path = public, compat;
set synchronous_commit = off;
set plan_cache_mode = force_generic_plan;
set enable_seqscan = off;
set enable_bitmapscan = off;
set enable_nestloop = off;
set enable_mergejoin = off;
set enable_material = off;
set enable_memoize = off;
set jit = off;
set work_mem = '64MB';
set temp_buffers = '32MB';
`;

/**
 * Settings and temporary tables that the refresh functions need in their session.
 *
 * @param from the layout that the session was open for: its tables that are the same here stay, and with them the plans on them
 */
export async function openSession(
  client: ClientBase,
  layout: Layout,
  from: Layout | null = null,
): Promise<void> {
  if (from === null) await client.query(SETTINGS);
  const there = from === null ? new Map<string, string>() : statementsOf(from);
  for (const [name, statement] of statementsOf(layout))
    if (there.get(name) !== statement) await client.query(statement);
}

/** Drops what `openSession` made and another layout has not, or has otherwise, before it takes the session. */
export async function closeSession(client: ClientBase, layout: Layout, next: Layout): Promise<void> {
  const kept = statementsOf(next);
  const gone = [...statementsOf(layout)].filter(([name, statement]) => kept.get(name) !== statement);
  if (gone.length === 0) return;
  await client.query(`drop table if exists ${gone.map(([name]) => `pg_temp.${name}`).join(', ')}`);
}

/** What makes each temporary table of a session, by its name. */
function statementsOf(layout: Layout): ReadonlyMap<string, string> {
  const noted = (name: string): ChangeColumns => layout.changes.get(name) ?? { exact: [], times: [] };
  const ofTables = watchedTables(layout).map(({ name }): [string, string] => {
    const columns = ['touched', ...noteColumns(noted(name))].join(', ');
    return [names.changes(name), `${columns} from engine.${names.marks(name)}`];
  });
  const ofViews = layout.views.flatMap((view) => {
    const { rule, seeded } = layout.compilation(view);
    return workingTables(rule, noted(view.name), seeded === true).map(
      ({ name, columns }): [string, string] => [
        name,
        `${columns.join(', ')} from ${layout.tableOf(view.name)}`,
      ],
    );
  });
  return new Map(
    [...ofTables, ...ofViews].map(([name, rows]) => [
      name,
      `create temporary table if not exists ${name} as select ${rows} with no data`,
    ]),
  );
}

/** Temporary tables of a session that a refresh of these views fills, or of all. */
export function sessionTables(layout: Layout, views?: ReadonlySet<string>): string[] {
  const own = layout.views
    .filter(({ name }) => views?.has(name) ?? true)
    .flatMap((view) => [
      names.raw(view.name),
      names.slices(view.name),
      names.changes(view.name),
      ...(layout.sides.has(view.name) ? [names.seeds(view.name)] : []),
    ]);
  return [...watchedTables(layout).map((table) => names.changes(table.name)), ...own];
}

/** Setting of the session: views of another version that are not begun yet, as `,a,,b,`. */
export const ASLEEP = 'tickwave.asleep';

/** Rows that change at once and are a fifth of a table leave its statistics, and the plans made by them, behind. */
const MANY_ROWS = 5000;

/**
 * One call that takes the marks of all tables and refreshes every view in order: one round trip, one snapshot. A table that
 * grew much is analyzed before anything reads it, since a plan made while it was empty may use any index at all.
 */
export function masterFunction(layout: Layout): string {
  const take = watchedTables(layout).map((table) => {
    const columns = [
      'touched',
      ...noteColumns(layout.changes.get(table.name) ?? { exact: [], times: [] }),
    ].join(', ');
    return (
      `  delete from ${names.changes(table.name)};\n  with taken as (delete from engine.${names.marks(table.name)} returning ${columns}) insert into ${names.changes(table.name)} (${columns}) select ${columns} from taken;\n` +
      `  perform engine.analyze_grown('public.${identifier(table.name)}');`
    );
  });
  const refresh = layout.views.map((view) => {
    const text =
      `  started := clock_timestamp();\n  delete from ${names.changes(view.name)};\n  changed := engine.${names.refresh(view.name)}('${view.name}' = any(everything), '${view.name}' = any(due));\n` +
      `  if changed > 0 then\n` +
      `    if changed > ${MANY_ROWS} then perform engine.analyze_changed('${layout.tableOf(view.name)}', changed); end if;\n` +
      `    view := '${view.name}'; seconds := extract(epoch from clock_timestamp() - started); return next;\n  end if;`;
    if (!layout.sides.has(view.name)) return text;
    const asleep = `strpos(coalesce(current_setting('${ASLEEP}', true), ''), ',${view.name},') > 0`;
    return `  delete from ${names.changes(view.name)};\n  if not ${asleep} then\n${text}\n  end if;`;
  });
  return `create or replace function engine.refresh(everything text[], due text[]) returns table (view text, changed bigint, seconds double precision)
language plpgsql as $refresh$
#variable_conflict use_column
declare
  started timestamptz;
begin
${take.join('\n')}
${refresh.join('\n')}
end
$refresh$`;
}
