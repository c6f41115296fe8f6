import type { Catalog } from '../catalog/catalog.ts';
import type { CatalogObject, ObjectKind } from '../catalog/object.ts';
import { contentHashes } from '../postgres/deploy/hash.ts';
import { type ChangeClass, type ColumnDiff, classify, columnDiff } from './classify.ts';
import { fingerprints } from './fingerprint.ts';
import { type DiffLine, diffLines } from './lineDiff.ts';
import { refusals } from './refusals.ts';

/** Something outside the views that reads one of them. */
export interface Consumer {
  /** As `model`, `api`, `sink`, `dbt`, `alert`. */
  readonly kind: string;
  readonly name: string;
  /** The view or table that it reads. */
  readonly reads: string;
  /** Columns that it needs; null when that is not known: then any. */
  readonly columns: readonly string[] | null;
}

/** What building a view costs, from what is stored and how long it took before. */
export interface Cost {
  readonly rows: number;
  /** Null when no build was measured yet. */
  readonly seconds: number | null;
}

/** One object that differs, or whose rows may. */
export interface ObjectChange {
  readonly name: string;
  readonly kind: ObjectKind;
  readonly file: string;
  /** `affected` reads something that changed, and is itself written as before. */
  readonly what: 'added' | 'removed' | 'changed' | 'affected';
  readonly class: ChangeClass;
  readonly why: string;
  readonly columns: ColumnDiff;
  /** Columns that stay and mean something else than before: their values or rows may differ. */
  readonly differing: readonly string[];
  readonly lines: readonly DiffLine[];
  /** It is built anew beside the one that runs. */
  readonly built: boolean;
  readonly cost: Cost | null;
  readonly consumers: readonly Consumer[];
}

/** What applying a folder of sql/ would do. */
export interface Plan {
  readonly changes: readonly ObjectChange[];
  /** The dearest class of all. Null when nothing differs. */
  readonly class: ChangeClass | null;
  readonly cost: Cost;
  /** Why it can't be built beside the running version; empty when it can. */
  readonly refusals: readonly string[];
}

export interface PlanOptions {
  readonly before: Catalog;
  readonly after: Catalog;
  readonly consumers?: readonly Consumer[];
  readonly costOf?: (view: string, reads: readonly string[]) => Cost;
}

const ORDER: readonly ChangeClass[] = ['cosmetic', 'additive', 'breaking'];

/**
 * Compares what is deployed with what is to be.
 *
 * @example
 * const plan = planChanges({ before: deployed, after: await loadCatalog('sql') });
 * plan.changes.map(({ name, what, class: kind }) => `${name} ${what} ${kind}`);
 */
export function planChanges({ before, after, consumers = [], costOf }: PlanOptions): Plan {
  const hashes = { before: contentHashes(before), after: contentHashes(after) };
  const changed: ColumnChanged = (name, column) => {
    const [old, fresh] = [before, after].map((one) => fingerprints(one, 'postgres').get(name)?.columns);
    return old?.get(column) !== fresh?.get(column);
  };
  const differingIn = ({ name, columns }: CatalogObject): string[] =>
    columns.flatMap(({ name: column }) =>
      before.columnsOf(name)?.includes(column) && changed(name, column) ? [column] : [],
    );
  const changes: ObjectChange[] = [];
  const known = new Map<string, ObjectChange>();
  const add = (change: ObjectChange): void => {
    changes.push(change);
    known.set(keyOf(change), change);
  };
  for (const object of after.objects) {
    const old = find(before, object);
    const rebuilt =
      object.kind === 'materialized view' && hashes.before.get(object.name) !== hashes.after.get(object.name);
    const base = {
      ...{ name: object.name, kind: object.kind, file: object.file, built: rebuilt },
      cost: rebuilt && costOf ? costOf(object.name, object.inputs) : null,
      differing: differingIn(object),
    };
    if (!old) {
      const columns = columnDiff(null, object);
      const lines = diffLines('', object.statement.text).filter((line) => line.op === 'added');
      add({ ...base, what: 'added', class: 'additive', why: 'new', columns, lines, consumers: [] });
      continue;
    }
    if (old.statement.text !== object.statement.text) {
      const classed = classify({ object: old, catalog: before }, { object, catalog: after });
      const lines = diffLines(old.statement.text, object.statement.text);
      const by = affectedConsumers(consumers, object, classed.class, classed.columns, changed);
      add({ ...base, what: 'changed', ...classed, lines, consumers: by });
      if (classed.class !== 'cosmetic' || !object.query) continue;
    }
    const causes = object.inputs.flatMap((name) => known.get(`${name} relation`) ?? []);
    const cause = causes.filter(({ class: of }) => of !== 'cosmetic').sort(byClass)[0];
    if (!object.query || (!cause && !rebuilt)) continue;
    const same = base.differing.length === 0;
    // It reads a table that only gained something.
    if (same && !rebuilt && causes.every(({ kind }) => kind === 'table')) continue;
    const columns = { added: [], removed: [], moved: false };
    const of = same ? 'additive' : (cause?.class ?? 'breaking');
    const because = cause ? `reads ${cause.name}` : 'a function that it calls changed';
    const why = same ? `${because}; every value stays` : because;
    const by = affectedConsumers(consumers, object, of, columns, changed);
    const affected = {
      ...base,
      what: 'affected' as const,
      class: of,
      why,
      columns,
      lines: [],
      consumers: by,
    };
    const own = known.get(keyOf(object));
    if (own) {
      changes.splice(changes.indexOf(own), 1, {
        ...own,
        class: of,
        why: `${own.why}; ${why}`,
        consumers: by,
      });
      known.set(keyOf(object), { ...own, class: of });
    } else add(affected);
  }
  for (const object of before.objects) {
    if (find(after, object)) continue;
    const columns = columnDiff(object, null);
    const lines = diffLines(object.statement.text, '').filter((line) => line.op === 'removed');
    const by = consumers.filter(({ reads }) => reads === object.name);
    const base = { name: object.name, kind: object.kind, file: object.file, built: false, cost: null };
    const why = object.kind === 'table' ? 'gone from sql/; the table stays, with its rows' : 'gone';
    add({ ...base, what: 'removed', class: 'breaking', why, columns, differing: [], lines, consumers: by });
  }
  return summed(changes, refusals(before, after));
}

function summed(changes: readonly ObjectChange[], refused: readonly string[]): Plan {
  const costs = changes.flatMap(({ cost }) => cost ?? []);
  const unknown = costs.some(({ seconds }) => seconds === null);
  return {
    changes,
    class: [...changes].sort(byClass)[0]?.class ?? null,
    cost: {
      rows: costs.reduce((sum, { rows }) => sum + rows, 0),
      seconds: unknown ? null : costs.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0),
    },
    refusals: refused,
  };
}

/** Whether a column means something else than before. */
type ColumnChanged = (object: string, column: string) => boolean;

/** Who has to look: all who read a view that breaks, but those who only need columns that stay what they are; first who loses one. */
function affectedConsumers(
  consumers: readonly Consumer[],
  object: CatalogObject,
  of: ChangeClass,
  { removed }: ColumnDiff,
  changed: ColumnChanged,
): Consumer[] {
  if (of !== 'breaking') return [];
  const own = consumers.filter(
    ({ reads, columns }) =>
      reads === object.name && (columns?.some((column) => changed(reads, column)) ?? true),
  );
  const losing = own.filter(({ columns }) => columns?.some((column) => removed.includes(column)));
  return losing.length > 0 ? [...losing, ...own.filter((one) => !losing.includes(one))] : own;
}

function byClass(a: ObjectChange, b: ObjectChange): number {
  return ORDER.indexOf(b.class) - ORDER.indexOf(a.class);
}

/** Functions have names of their own, one an engine; relations share theirs. */
function keyOf({ name, kind, file }: Pick<CatalogObject, 'name' | 'kind' | 'file'>): string {
  return kind === 'function' ? file : `${name} relation`;
}

function find(catalog: Catalog, object: CatalogObject): CatalogObject | undefined {
  return catalog.objects.find((other) => keyOf(other) === keyOf(object));
}
