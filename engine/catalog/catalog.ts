import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SelectStmt } from '@pgsql/types';
import { outputColumns } from '../sql/columns.ts';
import { expandQuery, type Resolve } from '../sql/expand.ts';
import { pick } from '../sql/tree.ts';
import { checkObject } from './check.ts';
import { checkColumns } from './checkColumns.ts';
import { suggestName } from './nearest.ts';
import type { CatalogObject, Column } from './object.ts';
import { orderObjects } from './order.ts';
import { CatalogError, type SqlProblem } from './problem.ts';
import { commentsAfter, firstBranch, lineOfWord, readObject } from './read.ts';

/** Folders of `sql/` in the order of the data. */
const LAYERS = ['functions', 'landing', 'candles', 'indicators', 'features', 'monitoring', 'sinks'];

/** Everything in `sql/`, ordered so that each object comes after what it reads. */
export class Catalog {
  readonly objects: readonly CatalogObject[];
  readonly #byName: ReadonlyMap<string, CatalogObject>;

  constructor(objects: readonly CatalogObject[]) {
    this.objects = objects;
    this.#byName = new Map(
      objects.filter((object) => object.kind !== 'function').map((object) => [object.name, object]),
    );
  }

  /** A table or view by name. */
  find(name: string): CatalogObject | undefined {
    return this.#byName.get(name);
  }

  /** A table or view by name; throws an error that suggests the nearest names. */
  get(name: string): CatalogObject {
    const found = this.find(name);
    if (!found) throw new UnknownObjectError(name, this.#byName.keys());
    return found;
  }

  /** The query of a view with plain views and CTEs put in place. */
  expanded(object: CatalogObject): SelectStmt {
    if (!object.query) throw new TypeError(`${object.name} is a ${object.kind} and has no query`);
    return expandQuery(object.query, this.resolve);
  }

  /** Views that read `name`, directly. */
  readers(name: string): CatalogObject[] {
    return this.objects.filter((object) => object.inputs.includes(name));
  }

  readonly resolve: Resolve = (name) => {
    const found = this.find(name);
    if (!found) return null;
    return found.kind === 'view' && found.query ? { query: found.query } : { stored: true };
  };

  readonly columnsOf = (name: string): readonly string[] | null =>
    this.find(name)?.columns.map((column) => column.name) ?? null;
}

/** A name that is not in `sql/`. */
export class UnknownObjectError extends Error {
  override readonly name = 'UnknownObjectError';

  constructor(wanted: string, known: Iterable<string>) {
    super(`there is no table or view '${wanted}'; ${suggestName(wanted, known)}`);
  }
}

/** Paths below a sql folder in the order of the data: what is made from a folder has to be the same wherever its files were kept. */
export function inOrder(a: string, b: string): number {
  const rank = (path: string): number => {
    const layer = LAYERS.indexOf(path.split('/')[0] ?? '');
    return layer < 0 ? LAYERS.length : layer;
  };
  return rank(a) - rank(b) || a.localeCompare(b);
}

/** The files of a sql folder: path below it, and text; tests left out. */
export async function readSqlFolder(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.sql'))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length)
        .replace(/^[\\/]/, '')
        .replaceAll('\\', '/'),
    );
  paths.sort(inOrder);
  const texts = await Promise.all(paths.map((path) => readFile(join(folder, path), 'utf8')));
  return new Map(paths.map((path, index) => [path, texts[index] ?? '']));
}

/** Reads, checks and orders the objects of a sql folder. Throws a CatalogError that lists every problem. */
export async function loadCatalog(folder: string): Promise<Catalog> {
  const files = await readSqlFolder(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT' && cause.code !== 'ENOTDIR') throw cause;
    throw new NoSqlError(folder, 'is not a folder', cause);
  });
  if (files.size === 0) throw new NoSqlError(folder, 'has no .sql files');
  return buildCatalog(files);
}

/** There is nothing to read: what runs would be dropped as a whole for it. */
export class NoSqlError extends Error {
  override readonly name = 'NoSqlError';

  constructor(folder: string, what: string, cause?: unknown) {
    super(`SQL_DIR: ${folder} ${what}; name the folder that has landing/, candles/ and so on below it`, {
      cause,
    });
  }
}

/** As `loadCatalog`, from texts by path. */
export function buildCatalog(files: ReadonlyMap<string, string>): Catalog {
  const problems: SqlProblem[] = [];
  const objects: CatalogObject[] = [];
  for (const [file, text] of files) {
    const read = readObject(file, text);
    if ('problem' in read) problems.push(read.problem);
    else objects.push(read.object);
  }
  const unique = withoutDuplicates(objects, problems);
  problems.push(...unknownInputs(unique));
  const { ordered, problems: cycles } = orderObjects(unique);
  problems.push(...cycles);
  if (problems.length > 0) throw new CatalogError(problems);
  const catalog = new Catalog(withColumns(ordered));
  // A view that names what is not there has columns that nobody can tell: other complaints would only follow from it.
  const unknown = catalog.objects.flatMap((object) => checkColumns(object, catalog));
  if (unknown.length > 0) throw new CatalogError(unknown);
  const wrong = catalog.objects.flatMap((object) => checkObject(object, catalog));
  if (wrong.length > 0) throw new CatalogError(wrong);
  return catalog;
}

function withoutDuplicates(objects: readonly CatalogObject[], problems: SqlProblem[]): CatalogObject[] {
  const seen = new Map<string, CatalogObject>();
  for (const object of objects) {
    const key = `${object.name} ${object.dialect}`;
    const first = seen.get(key);
    if (!first) seen.set(key, object);
    else {
      problems.push({
        file: object.file,
        line: lineOfWord(object, object.name),
        code: 'duplicate',
        message: `'${object.name}' is also defined in sql/${first.file}`,
        suggestion: 'rename or delete one of them',
      });
    }
  }
  return [...seen.values()];
}

function unknownInputs(objects: readonly CatalogObject[]): SqlProblem[] {
  const names = objects.filter((object) => object.kind !== 'function').map((object) => object.name);
  const known = new Set(names);
  return objects.flatMap((object) =>
    object.inputs
      .filter((input) => !known.has(input))
      .map((input) => ({
        file: object.file,
        line: lineOfWord(object, input),
        code: 'unknown-relation',
        message: `'${object.name}' reads '${input}', which no file defines`,
        suggestion: suggestName(input, names),
      })),
  );
}

/** Fills in the columns of views, inputs first. */
function withColumns(ordered: readonly CatalogObject[]): CatalogObject[] {
  const done: CatalogObject[] = [];
  for (const object of ordered)
    done.push(object.query ? { ...object, columns: viewColumns(object, new Catalog(done)) } : object);
  return done;
}

function viewColumns(object: CatalogObject, catalog: Catalog): Column[] {
  if (!object.query) return [];
  const names = outputColumns(catalog.expanded(object), catalog.columnsOf);
  const items = (firstBranch(object.query).targetList ?? []).map((item) => pick(item, 'ResTarget'));
  const comments = commentsAfter(
    object.statement,
    items.map((item) => item?.location ?? 0),
  );
  // With a star in the list, items and columns do not pair up; such a view has no comments beside its columns.
  const paired = items.length === names.length;
  return names.map((name, index) => ({ name, comment: paired ? (comments[index] ?? '') : '', type: null }));
}
