import type { ClientBase } from 'pg';
import { noteColumns } from '../compile/changes.ts';
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

/** Settings and temporary tables that the refresh functions need in their session. */
export async function openSession(client: ClientBase, layout: Layout): Promise<void> {
  await client.query(SETTINGS);
  const statements = [
    ...watchedTables(layout).map((table) => {
      const columns = ['touched', ...noteColumns(layout.changes.get(table.name) ?? { exact: [], times: [] })];
      return `create temporary table if not exists ${names.changes(table.name)} as select ${columns.join(', ')} from engine.${names.marks(table.name)} with no data`;
    }),
    ...layout.views.flatMap((view) =>
      workingTables(
        layout.compilation(view).rule,
        layout.tableOf(view.name),
        layout.changes.get(view.name) ?? { exact: [], times: [] },
        layout.sides.has(view.name),
      ),
    ),
  ];
  for (const statement of statements) await client.query(statement);
}

/** Drops what `openSession` made, before another layout takes the session. */
export async function closeSession(client: ClientBase, layout: Layout): Promise<void> {
  const tables = sessionTables(layout).map((name) => `pg_temp.${name}`);
  if (tables.length > 0) await client.query(`drop table if exists ${tables.join(', ')}`);
}

/** Temporary tables of a session, by name. */
export function sessionTables(layout: Layout): string[] {
  return [
    ...watchedTables(layout).map((table) => names.changes(table.name)),
    ...layout.views.flatMap((view) => [
      names.raw(view.name),
      names.slices(view.name),
      names.changes(view.name),
      ...(layout.sides.has(view.name) ? [names.seeds(view.name)] : []),
    ]),
  ];
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
