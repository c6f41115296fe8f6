import type { Catalog } from '../../catalog/catalog.ts';
import type { CatalogObject } from '../../catalog/object.ts';
import { type SliceRule, sliceRule } from '../../slices/rule.ts';
import { type ChangeColumns, tableChanges, viewChanges } from '../compile/changes.ts';
import type { Compilation } from '../compile/compilation.ts';
import { identifier } from '../compile/restrict.ts';
import { type Side, withSides } from '../versions/sides.ts';

/** Everything that can be derived from sql/ before a database is asked. */
export interface Layout {
  /** Everything that is stored: what is published, and the views of another version beside it. */
  readonly catalog: Catalog;
  /** What public names stand for. */
  readonly published: Catalog;
  /** Views of another version, by their name in `catalog`. */
  readonly sides: ReadonlyMap<string, Side>;
  readonly hashes: ReadonlyMap<string, string>;
  readonly rules: ReadonlyMap<string, SliceRule>;
  readonly changes: ReadonlyMap<string, ChangeColumns>;
  /** Stored views, each after what it reads. */
  readonly views: readonly CatalogObject[];
  /** Landing tables. */
  readonly tables: readonly CatalogObject[];
  tableOf(relation: string): string;
  compilation(view: CatalogObject): Compilation;
}

/** Derives names, rules and noted columns. @param other a version whose views are kept up to date beside the published ones */
export function layOut(published: Catalog, other: Catalog | null = null): Layout {
  const { catalog, hashes, sides } = withSides(published, other);
  const views = catalog.objects.filter((object) => object.kind === 'materialized view');
  const tables = catalog.objects.filter((object) => object.kind === 'table');
  const rules = new Map(views.map((view) => [view.name, sliceRule(view, catalog)]));
  const changes = new Map<string, ChangeColumns>([
    ...tables.map((table): [string, ChangeColumns] => [
      table.name,
      tableChanges(table.name, [...rules.values()]),
    ]),
    ...[...rules].map(([name, rule]): [string, ChangeColumns] => [
      name,
      viewChanges(rule, [...rules.values()]),
    ]),
  ]);
  const tableOf = (relation: string): string => {
    const object = catalog.find(relation);
    if (object?.kind !== 'materialized view') return `public.${identifier(relation)}`;
    return storeName(sides.get(relation)?.view ?? relation, hashes.get(relation) ?? '');
  };
  const changesOf = (relation: string): ChangeColumns => changes.get(relation) ?? { exact: [], times: [] };
  const compilation = (view: CatalogObject): Compilation => {
    const rule = rules.get(view.name);
    if (!rule) throw new TypeError(`${view.name} is not a stored view`);
    const ruleOf = (relation: string): SliceRule | undefined => rules.get(relation);
    return { rule, catalog, tableOf, ruleOf, changesOf, seeded: sides.has(view.name) };
  };
  return { catalog, published, sides, hashes, rules, changes, views, tables, tableOf, compilation };
}

/** The table behind a view: its name and a version, since two versions stand beside each other while one is built. */
export function storeName(view: string, hash: string): string {
  return `store.${view.slice(0, 50)}__${hash.slice(0, 8)}`;
}

/** Landing tables that some stored view reads. */
export function watchedTables(layout: Layout): CatalogObject[] {
  const read = new Set(
    [...layout.rules.values()].flatMap((rule) => rule.leaves.map((leaf) => leaf.leaf.relation)),
  );
  return layout.tables.filter((table) => read.has(table.name));
}
