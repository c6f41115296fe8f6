import type { Catalog } from '../catalog/catalog.ts';
import type { CatalogObject } from '../catalog/object.ts';
import { parseStatements } from '../sql/parse.ts';
import { treeKey } from '../sql/tree.ts';
import { prune } from './prune.ts';

/**
 * What a change means to those who read the object: `cosmetic` nothing but words, `additive` new columns or objects and every row
 * as before, `breaking` all else.
 */
export type ChangeClass = 'cosmetic' | 'additive' | 'breaking';

/** Columns before and after. */
export interface ColumnDiff {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** The columns that stayed stand in another order. */
  readonly moved: boolean;
}

/** How an object changed, and why it is classed so. */
export interface Classified {
  readonly class: ChangeClass;
  readonly why: string;
  readonly columns: ColumnDiff;
}

/** An object within its catalog. */
export interface Placed {
  readonly object: CatalogObject;
  readonly catalog: Catalog;
}

export function columnDiff(before: CatalogObject | null, after: CatalogObject | null): ColumnDiff {
  const old = before?.columns.map((column) => column.name) ?? [];
  const fresh = after?.columns.map((column) => column.name) ?? [];
  const stayed = (from: readonly string[], other: readonly string[]): string =>
    from.filter((name) => other.includes(name)).join(' ');
  return {
    added: fresh.filter((name) => !old.includes(name)),
    removed: old.filter((name) => !fresh.includes(name)),
    moved: stayed(old, fresh) !== stayed(fresh, old),
  };
}

/**
 * Classes a change by the parse trees, not by the parser's fingerprint: that one leaves constants out, and another constant is
 * another view.
 */
export function classify(before: Placed, after: Placed): Classified {
  const columns = columnDiff(before.object, after.object);
  const classed = (of: ChangeClass, why: string): Classified => ({ class: of, why, columns });
  const [old, fresh] = [before.object, after.object];
  if (old.kind !== fresh.kind) return classed('breaking', `was a ${old.kind}, becomes a ${fresh.kind}`);
  const [key, time] = [fresh.key.join(', '), fresh.header.time];
  if (old.key.join(', ') !== key)
    return classed('breaking', `the key was ${old.key.join(', ')}, becomes ${key}`);
  if (old.header.time !== time)
    return classed('breaking', `time was ${old.header.time ?? 'none'}, becomes ${time ?? 'none'}`);
  if (columns.removed.length > 0) return classed('breaking', `loses ${columns.removed.join(', ')}`);
  if (columns.moved) return classed('breaking', 'its columns stand in another order');
  if (meaning(old) === meaning(fresh)) return classed('cosmetic', cosmeticWhy(old, fresh));
  if (!old.query || !fresh.query)
    return fresh.kind === 'table' && onlyMore(old, fresh)
      ? classed('additive', `gains ${columns.added.join(', ')}`)
      : classed('breaking', 'its definition changed');
  if (!atEnd(old, fresh)) return classed('breaking', 'a new column stands before old ones');
  const kept = old.columns.length;
  const same =
    treeKey(prune(before.catalog.expanded(old), (_, index) => index < kept)) ===
    treeKey(prune(after.catalog.expanded(fresh), (_, index) => index < kept));
  if (!same) return classed('breaking', 'rows or values may differ');
  return columns.added.length > 0
    ? classed('additive', `gains ${columns.added.join(', ')}; every other value stays`)
    : classed('cosmetic', 'written in another way, with the same meaning');
}

function cosmeticWhy(old: CatalogObject, fresh: CatalogObject): string {
  return old.header.freshnessMs === fresh.header.freshnessMs
    ? 'comments or layout only'
    : `freshness was ${old.header.freshnessMs ?? 0} ms, becomes ${fresh.header.freshnessMs ?? 0} ms`;
}

/** What an object does, whatever its comments and layout. */
function meaning(object: CatalogObject): string {
  if (object.query) return treeKey(object.query);
  if (object.kind === 'table')
    return treeKey([
      parseStatements(object.statement.parsable),
      object.statement.keepsFirst,
      [...object.statement.options],
    ]);
  const code = object.statement.body.replace(/--[^\n]*/g, ' ');
  return code.replace(/\s+/g, ' ').trim();
}

function atEnd(old: CatalogObject, fresh: CatalogObject): boolean {
  return old.columns.every((column, index) => fresh.columns[index]?.name === column.name);
}

/** Every column of the table is there still, of the same type. */
function onlyMore(old: CatalogObject, fresh: CatalogObject): boolean {
  return old.columns.every((column) =>
    fresh.columns.some((other) => other.name === column.name && other.type === column.type),
  );
}
