import { createHash } from 'node:crypto';
import type { Catalog } from '../catalog/catalog.ts';
import type { CatalogObject } from '../catalog/object.ts';
import { isComment } from '../catalog/statement.ts';
import type { EngineName } from '../statements.ts';
import { type Shape, shapesOf } from './shape.ts';

/** What the columns of a table or view mean, as hashes. */
export interface Fingerprints {
  /** Of all its columns: it differs when any of them does. */
  readonly whole: string;
  readonly columns: ReadonlyMap<string, string>;
}

/**
 * What each column of each table and view means: two versions of sql/ in which a column has the same fingerprint give it the same values
 * on the same rows. In it are the parse tree that makes the column and decides which rows there are, the code of functions, and the
 * fingerprints of the columns that these read, down to landing tables. Comments, layout and columns that are not read are not in
 * it. Where it is not certain that a column is not read it counts as read: the same meaning in other words is then another fingerprint.
 */
export function fingerprints(catalog: Catalog, engine: EngineName): ReadonlyMap<string, Fingerprints> {
  const known = KNOWN[engine].get(catalog);
  if (known) return known;
  const found = fingerprintAll(catalog, engine);
  KNOWN[engine].set(catalog, found);
  return found;
}

type Found = ReadonlyMap<string, Fingerprints>;

/** Asked before a transaction in which they are written, and in it. */
const KNOWN: Readonly<Record<EngineName, WeakMap<Catalog, Found>>> = {
  postgres: new WeakMap(),
  risingwave: new WeakMap(),
};

function fingerprintAll(catalog: Catalog, engine: EngineName): Found {
  const code = functionHashes(catalog, engine);
  const found = new Map<string, Fingerprints>();
  for (const object of catalog.objects) {
    const names = object.columns.map(({ name }) => name);
    if (names.length === 0) continue;
    const shapes = object.query ? shapesOf(catalog.expanded(object), names, object.key) : [];
    const columns = new Map(
      names.map((name, index) => {
        const shape = shapes[index];
        const meaning = shape
          ? viewColumn(object, shape, { catalog, code, found })
          : tableColumn(object, name);
        return [name, digest(meaning)] as const;
      }),
    );
    found.set(object.name, { whole: digest([...columns]), columns });
  }
  return found;
}

interface Context {
  readonly catalog: Catalog;
  /** Hashes of the functions of sql/functions, by name. */
  readonly code: ReadonlyMap<string, string>;
  /** What a view reads comes before it. */
  readonly found: ReadonlyMap<string, Fingerprints>;
}

/** Rows of a landing table are what was written. */
function tableColumn({ name, key, statement, columns }: CatalogObject, column: string): unknown {
  const type = columns.find((one) => one.name === column)?.type;
  return ['table', name, key, statement.keepsFirst, column, type];
}

function viewColumn({ key, header }: CatalogObject, shape: Shape, context: Context): unknown {
  const { text, calls, reads } = shape;
  const code = calls.flatMap((name) => context.code.get(name) ?? []);
  return ['view', text, key, header.time, code, reads.map((read) => inputs(shape, read, context))];
}

/** The columns that are read of a relation, with what they mean; its key among them, which says which rows it has. */
function inputs(
  { named, stars, alone }: Shape,
  { relation, alias, renamed }: Shape['reads'][number],
  { catalog, found }: Context,
): unknown {
  const { columns = [], key = [] } = catalog.find(relation) ?? {};
  const all = renamed || stars.has('') || stars.has(alias) || alone.has(alias);
  const read = columns.filter(
    ({ name }) => all || key.includes(name) || alone.has(name) || named.has(`${alias}.${name}`),
  );
  // Even what is only counted has rows: of a relation without a key every column says which.
  const telling = read.length > 0 ? read : columns;
  const meanings = found.get(relation)?.columns;
  return [relation, telling.map(({ name }) => [name, meanings?.get(name)])];
}

/** Each with those that it names in turn. */
function functionHashes(catalog: Catalog, engine: EngineName): ReadonlyMap<string, string> {
  const other = engine === 'postgres' ? 'risingwave' : 'postgres';
  const code = new Map<string, string>();
  for (const { kind, dialect, name, statement } of catalog.objects) {
    if (kind !== 'function' || dialect === other) continue;
    const words = statement.tokens.filter((token) => !isComment(token) && token.text !== ';');
    code.set(name, [code.get(name) ?? '', ...words.map(({ text }) => text)].join(' '));
  }
  return new Map(
    [...code.keys()].map((called) => {
      const needed = new Set([called]);
      // A set visits what is added while it is walked.
      for (const name of needed)
        for (const next of code.keys()) if (code.get(name)?.includes(next)) needed.add(next);
      return [called, digest([...needed].map((name) => code.get(name)))];
    }),
  );
}

function digest(meaning: unknown): string {
  return createHash('sha256').update(JSON.stringify(meaning)).digest('hex').slice(0, 16);
}
