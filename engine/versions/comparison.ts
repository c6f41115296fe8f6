import type { Catalog } from '../catalog/catalog.ts';
import type { CatalogObject } from '../catalog/object.ts';
import { contentHashes } from '../postgres/deploy/hash.ts';
import { type ChangeClass, type ColumnDiff, classify, columnDiff } from './classify.ts';
import { fingerprints } from './fingerprint.ts';
import { diffLines } from './lineDiff.ts';
import type { Consumer, ObjectChange, PlanOptions } from './plan.ts';

const ORDER: readonly ChangeClass[] = ['cosmetic', 'additive', 'breaking'];

/** What differs between two catalogs, object by object, inputs before those who read them. */
export class Comparison {
  readonly #options: PlanOptions;
  readonly #hashes: Readonly<Record<'before' | 'after', ReadonlyMap<string, string>>>;
  readonly #found = new Map<string, ObjectChange>();

  constructor(options: PlanOptions) {
    this.#options = options;
    this.#hashes = { before: contentHashes(options.before), after: contentHashes(options.after) };
  }

  changes(): ObjectChange[] {
    const { before, after } = this.#options;
    for (const object of after.objects) {
      const change = this.#changeOf(object, find(before, object));
      if (change !== null) this.#found.set(keyOf(object), change);
    }
    const gone = before.objects.filter((object) => !find(after, object));
    return [...this.#found.values(), ...gone.map((object) => this.#removed(object))];
  }

  #changeOf(object: CatalogObject, old: CatalogObject | undefined): ObjectChange | null {
    if (!old) return this.#added(object);
    const edited = old.statement.text === object.statement.text ? null : this.#edited(old, object);
    // What was edited speaks for itself, unless it was only its explanation.
    if (edited !== null && edited.class !== 'cosmetic') return edited;
    const affected = object.query ? this.#affected(object) : null;
    if (edited === null || affected === null) return edited ?? affected;
    const why = `${edited.why}; ${affected.why}`;
    return { ...edited, class: affected.class, why, consumers: affected.consumers };
  }

  #base(object: CatalogObject) {
    const built = this.#isRebuilt(object);
    const cost = built ? (this.#options.costOf?.(object.name, object.inputs) ?? null) : null;
    const { name, kind, file } = object;
    return { name, kind, file, built, cost, differing: this.#differing(object) };
  }

  #added(object: CatalogObject): ObjectChange {
    const columns = columnDiff(null, object);
    const lines = diffLines('', object.statement.text).filter((line) => line.op === 'added');
    const base = this.#base(object);
    return { ...base, what: 'added', class: 'additive', why: 'new', columns, lines, consumers: [] };
  }

  #edited(old: CatalogObject, object: CatalogObject): ObjectChange {
    const { before, after } = this.#options;
    const classed = classify({ object: old, catalog: before }, { object, catalog: after });
    const lines = diffLines(old.statement.text, object.statement.text);
    const consumers = this.#consumers(object, classed.class, classed.columns);
    return { ...this.#base(object), what: 'changed', ...classed, lines, consumers };
  }

  /** What is written as before, and reads or calls something that is not; null where that touches nothing of it. */
  #affected(object: CatalogObject): ObjectChange | null {
    const causes = object.inputs.flatMap((name) => this.#found.get(`${name} relation`) ?? []);
    const cause = causes.filter(({ class: of }) => of !== 'cosmetic').sort(byClass)[0];
    const base = this.#base(object);
    if (!cause && !base.built) return null;
    const same = base.differing.length === 0;
    // It reads a table that only gained something.
    if (same && !base.built && causes.every(({ kind }) => kind === 'table')) return null;
    const columns = { added: [], removed: [], moved: false };
    const of = same ? 'additive' : (cause?.class ?? 'breaking');
    const because = cause ? `reads ${cause.name}` : 'a function that it calls changed';
    const why = same ? `${because}; every value stays` : because;
    const consumers = this.#consumers(object, of, columns);
    return { ...base, what: 'affected', class: of, why, columns, lines: [], consumers };
  }

  #removed(object: CatalogObject): ObjectChange {
    const { name, kind, file } = object;
    const columns = columnDiff(object, null);
    const lines = diffLines(object.statement.text, '').filter((line) => line.op === 'removed');
    const consumers = (this.#options.consumers ?? []).filter(({ reads }) => reads === name);
    const why = kind === 'table' ? 'gone from sql/; the table stays, with its rows' : 'gone';
    return {
      ...{ name, kind, file, what: 'removed', class: 'breaking', why },
      ...{ built: false, cost: null, columns, differing: [], lines, consumers },
    };
  }

  #isRebuilt({ kind, name }: CatalogObject): boolean {
    return kind === 'materialized view' && this.#hashes.before.get(name) !== this.#hashes.after.get(name);
  }

  /** Columns of both that mean something else than before. */
  #differing({ name, columns }: CatalogObject): string[] {
    const known = this.#options.before.columnsOf(name);
    return columns.flatMap(({ name: column }) =>
      known?.includes(column) && this.#isOther(name, column) ? [column] : [],
    );
  }

  #isOther(name: string, column: string): boolean {
    const { before, after } = this.#options;
    const [old, fresh] = [before, after].map((one) => fingerprints(one, 'postgres').get(name)?.columns);
    return old?.get(column) !== fresh?.get(column);
  }

  /** Who has to look: all who read a view that breaks, but those who only need columns that stay what they are; first who loses one. */
  #consumers(object: CatalogObject, of: ChangeClass, { removed }: ColumnDiff): Consumer[] {
    if (of !== 'breaking') return [];
    const own = (this.#options.consumers ?? []).filter(
      ({ reads, columns }) =>
        reads === object.name && (columns?.some((column) => this.#isOther(reads, column)) ?? true),
    );
    const losing = own.filter(({ columns }) => columns?.some((column) => removed.includes(column)));
    return [...losing, ...own.filter((one) => !losing.includes(one))];
  }
}

/** The dearest class first. */
export function byClass(a: ObjectChange, b: ObjectChange): number {
  return ORDER.indexOf(b.class) - ORDER.indexOf(a.class);
}

/** Functions have names of their own, one an engine; relations share theirs. */
function keyOf({ name, kind, file }: Pick<CatalogObject, 'name' | 'kind' | 'file'>): string {
  return kind === 'function' ? file : `${name} relation`;
}

function find(catalog: Catalog, object: CatalogObject): CatalogObject | undefined {
  return catalog.objects.find((other) => keyOf(other) === keyOf(object));
}
