import type { ClientBase } from 'pg';
import { UnknownFeature } from '../errors.ts';

/** A landing table that features come from. */
export interface WatchedTable {
  readonly name: string;
  /** SQL for when a row `r` became known. */
  readonly knownAt: string;
}

/** A view whose rows are compared. */
export interface WatchedView {
  readonly name: string;
  readonly columns: readonly string[];
  readonly key: readonly string[];
  /** SQL for when a row `r` is over: from then on nothing new may change it. */
  readonly overAt: string;
}

/** All that `training_set` comes from. */
export interface Watched {
  readonly tables: readonly WatchedTable[];
  /** Every view that has to be computed, compared or not. */
  readonly computed: readonly string[];
  readonly compared: readonly WatchedView[];
}

/** Tables whose time is the start of a minute that is only known when it is over. */
const KNOWN_AFTER_A_MINUTE = ['heartbeats', 'candles_imported'];

interface CatalogRow {
  readonly name: string;
  readonly kind: string;
  readonly grain: string | null;
  readonly time_column: string | null;
  readonly columns: readonly string[];
}

/**
 * What the `catalog` tables say that `training_set` comes from, through all steps.
 * @throws UnknownFeature when they do not know it, or a table has no time
 */
export async function watchedOf(client: ClientBase): Promise<Watched> {
  const { rows } = await client.query<CatalogRow>(
    `select name, kind, grain, time_column,
       (select array_agg(catalog_columns.name order by position) from catalog_columns where object = catalog.name) as columns
     from catalog`,
  );
  const lineage = await client.query<{ object: string; reads: string }>(
    'select object, reads from catalog_lineage',
  );
  const needed = new Set(['training_set']);
  // A set visits what is added while it is walked.
  for (const name of needed)
    for (const { object, reads } of lineage.rows) if (object === name) needed.add(reads);
  const objects = rows.filter(({ name }) => needed.has(name));
  if (!objects.some(({ name }) => name === 'training_set'))
    throw new UnknownFeature(
      'The catalog tables do not know training_set;',
      'let the engine deploy sql/ to this database first.',
    );
  const views = objects.filter(({ kind }) => kind !== 'table');
  return {
    tables: objects.filter(({ kind }) => kind === 'table').map(watchedTable),
    computed: views.map(({ name }) => name),
    compared: views.flatMap((view) =>
      view.time_column === null ? [] : [watchedView(view, view.time_column)],
    ),
  };
}

function watchedTable({ name, time_column: time }: CatalogRow): WatchedTable {
  if (time === null)
    throw new UnknownFeature(
      `The table ${name} says no time;`,
      'give it a `-- time:` line that says when its rows became known.',
    );
  const minute = KNOWN_AFTER_A_MINUTE.includes(name) ? " + interval '1 minute'" : '';
  return { name, knownAt: `r.${time}${minute}` };
}

function watchedView({ name, grain, columns }: CatalogRow, time: string): WatchedView {
  return {
    name,
    columns,
    key: (grain ?? '').split(', '),
    overAt: `r.${time} + ${lengthOf(name, columns)}`,
  };
}

/** How long the window of a row is: by its own columns, else by the name of the view, else a minute. */
function lengthOf(view: string, columns: readonly string[]): string {
  // A label waits for the minute after that at its horizon as witness.
  if (columns.includes('horizon_minutes')) return "(r.horizon_minutes + 2) * interval '1 minute'";
  if (columns.includes('timeframe'))
    return "replace(replace(replace(r.timeframe, 'm', ' minutes'), 'h', ' hours'), 'd', ' days')::interval";
  const [, count, unit = ''] = /_(\d+)([smhd])$/.exec(view) ?? [];
  const units: Readonly<Record<string, string>> = { s: 'seconds', m: 'minutes', h: 'hours', d: 'days' };
  return `interval '${count ?? 1} ${units[unit] ?? 'minutes'}'`;
}
