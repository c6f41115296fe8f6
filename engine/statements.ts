import type { Catalog } from './catalog/catalog.ts';
import type { CatalogObject, ObjectKind } from './catalog/object.ts';
import { toPostgres } from './postgres/compile/dialect.ts';
import { type Layout, layOut } from './postgres/deploy/plan.ts';
import { parseStatements, printNode, printSelect } from './sql/parse.ts';

/** The engines that sql/ runs on. */
export const ENGINES = ['postgres', 'risingwave'] as const;
export type EngineName = (typeof ENGINES)[number];

/** One statement of an object, as an engine gets it. */
export interface EngineStatement {
  readonly name: string;
  readonly kind: ObjectKind;
  /** Path below the sql folder. */
  readonly file: string;
  /** Without the final semicolon. */
  readonly sql: string;
}

/**
 * Every object of sql/ as an engine gets it, inputs first. RisingWave gets the text as it is written, with
 * `${NAME}` still in it; PostgreSQL gets what it can read, with stored views as tables that the engine fills.
 */
export function statementsFor(catalog: Catalog, engine: EngineName): EngineStatement[] {
  const other = engine === 'postgres' ? 'risingwave' : 'postgres';
  const objects = catalog.objects.filter((object) => object.dialect !== other);
  const layout = layOut(catalog);
  return objects.flatMap((object) => {
    const texts = engine === 'risingwave' ? [object.statement.body] : postgresTexts(object, layout);
    return texts.map((sql) => ({ name: object.name, kind: object.kind, file: object.file, sql }));
  });
}

function postgresTexts(object: CatalogObject, layout: Layout): string[] {
  switch (object.kind) {
    case 'function':
      return [object.statement.body];
    case 'table':
    case 'index':
      return parseStatements(object.statement.parsable).map(printNode);
    case 'view':
      return object.query
        ? [`create view ${object.name} as ${printSelect(toPostgres(object.query, null))}`]
        : [];
    case 'materialized view': {
      const table = layout.tableOf(object.name);
      const query = printSelect(toPostgres(layout.compilation(object).rule.query, layout.tableOf));
      return [
        `create table ${table} as ${query} with no data`,
        `create view ${object.name} as select ${object.columns.map((column) => column.name).join(', ')} from ${table}`,
      ];
    }
    // The embedded engine has no sinks: what leaves it goes by its change feed.
    case 'sink':
      return [];
  }
}
