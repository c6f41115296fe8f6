import { stringify } from 'yaml';
import type { Catalog } from '../../engine/catalog/catalog.ts';
import type { CatalogObject, Column } from '../../engine/catalog/object.ts';

/** Name of the dbt source under which everything in `sql/` is found. */
export const SOURCE = 'tickwave';

/**
 * Views that tell how fresh the data is, by the column that says when. One row a market, so that asking costs nothing: the latest
 * time in `trades` would be a scan of all of it.
 */
const FRESHNESS: Readonly<Record<string, string>> = { watermarks: 'event_time' };

/** Times within these are checked row by row; without a bound each check would cost more every day. */
const RECENT = `now() - interval '{{ var("check_days") }} days'`;

/** The dbt sources as YAML: one table for each table and view of `sql/`, described by its header and comments. */
export function sourcesYaml(catalog: Catalog): string {
  const relations = catalog.objects.filter(({ kind }) => kind === 'table' || kind.endsWith('view'));
  const document = {
    version: 2,
    sources: [
      {
        name: SOURCE,
        schema: '{{ var("tickwave_schema") }}',
        description: 'The tables and views of sql/, kept up to date by the engine.',
        tables: relations.map(tableOf),
      },
    ],
  };
  return `# Made from sql/ by \`npm run dbt-sources\`; edit the headers and comments there.\n${stringify(document, { lineWidth: 0 })}`;
}

function tableOf(object: CatalogObject): Readonly<Record<string, unknown>> {
  const { name, header, kind, layer, key } = object;
  const loadedAt = FRESHNESS[name];
  return {
    name,
    description: header.why === '' ? header.summary : `${header.summary}\n\n${header.why}`,
    config: {
      meta: { layer, kind, grain: [...key], ...(header.time === null ? {} : { time: header.time }) },
      ...(loadedAt === undefined ? {} : { loaded_at_field: loadedAt, freshness: freshness() }),
    },
    ...(isView(object) && key.length > 0 ? { data_tests: [uniqueGrain(object)] } : {}),
    columns: object.columns.map((column) => columnOf(object, column)),
  };
}

function freshness(): Readonly<Record<string, unknown>> {
  return { warn_after: { count: 5, period: 'minute' }, error_after: { count: 1, period: 'hour' } };
}

function columnOf(object: CatalogObject, { name, comment, type }: Column): Readonly<Record<string, unknown>> {
  return {
    name,
    ...(comment === '' ? {} : { description: comment }),
    ...(type === null ? {} : { data_type: type }),
    ...(isView(object) && object.key.includes(name) ? { data_tests: [bounded(object, 'not_null', {})] } : {}),
  };
}

/** A landing table's key is enforced by the database on every engine; a view's grain is a claim, and is checked. */
function isView({ kind }: CatalogObject): boolean {
  return kind.endsWith('view');
}

function uniqueGrain(object: CatalogObject): unknown {
  return bounded(object, 'unique_rows', { columns: [...object.key] });
}

function bounded(
  { header }: CatalogObject,
  test: string,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> | string {
  const where = header.time === null ? {} : { config: { where: `${header.time} > ${RECENT}` } };
  const options = { ...(Object.keys(given).length > 0 ? { arguments: given } : {}), ...where };
  return Object.keys(options).length > 0 ? { [test]: options } : test;
}
