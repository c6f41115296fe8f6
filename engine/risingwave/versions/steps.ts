import type { Catalog } from '../../catalog/catalog.ts';
import type { CatalogObject } from '../../catalog/object.ts';
import { RISINGWAVE } from '../../profile.ts';
import { planChanges } from '../../versions/plan.ts';
import { refusals } from '../../versions/refusals.ts';
import { type DeployedState, recordStatement, wantedObjects } from '../deployed.ts';
import {
  catalogRows,
  commentStatements,
  deployedName,
  fingerprintRows,
  meaningChanges,
} from '../documentation.ts';
import { objectStatement } from '../objects.ts';
import type { RisingwaveOptions } from '../statements.ts';
import { subscriptionName, subscriptionStatement } from '../subscription.ts';
import { literal } from '../text.ts';
import { renamedStatement } from './renamed.ts';

/** One statement on the way of a version. */
export interface VersionStep {
  /**
   * How it is seen that it is done already, when somebody died on the way: `make` and `drop` are refused by name, `built` looks for
   * the view, `swap` for what has the name, and what is only sent may be sent twice.
   */
  readonly how: 'send' | 'make' | 'built' | 'swap' | 'drop';
  /** What it is about. */
  readonly name: string;
  /** Without the final semicolon. */
  readonly sql: string;
}

/** Every statement on the way of a version, step by step. */
export interface VersionSteps {
  /** Builds the new version beside the running one. */
  readonly build: readonly VersionStep[];
  /** Gives it the names; the old version keeps those of the new one. */
  readonly promote: readonly VersionStep[];
  readonly rollback: readonly VersionStep[];
  /** After `promote`: drops the old version. */
  readonly cleanup: readonly VersionStep[];
  /** Instead of `promote`, or after `rollback`: drops the new one. */
  readonly cancel: readonly VersionStep[];
}

/** The other version's name while both are there. */
export function otherName(view: string): string {
  return `${view}__2`;
}

/** Views that are there in both versions and are built anew, inputs first. */
export function rebuiltViews(before: Catalog, after: Catalog): CatalogObject[] {
  const names = touchedNames(before, after);
  return after.objects.filter(
    ({ name, kind, query }) => query !== null && names.has(name) && before.find(name)?.kind === kind,
  );
}

/** Why RisingWave can't go from one to the other, beside what holds for every engine. */
export function versionRefusals(before: Catalog, after: Catalog): string[] {
  const names = touchedNames(before, after);
  return after.objects.flatMap((object) => {
    const old = before.objects.find(({ file }) => file === object.file);
    if (old && old.kind !== object.kind)
      return [
        `sql/${object.file}: a ${old.kind} can't be swapped with a ${object.kind}; give the new one another name`,
      ];
    if (object.kind === 'table' && old && names.has(object.name))
      return [`sql/${object.file}: a table that is there is not changed on RisingWave; make a new table`];
    return [];
  });
}

/**
 * How RisingWave goes from one version of sql/ to another. What depends on a view stays with the old one when names are swapped, so
 * all that reads a changed view is built anew, plain views too; then each is swapped, inputs first, and subscriptions and sinks are
 * made anew on what has the name. There is no transaction for it: each statement is right by itself, and each may be sent again after
 * a look at what is there.
 */
export function versionSteps(before: Catalog, after: Catalog, options: RisingwaveOptions): VersionSteps {
  const names = touchedNames(before, after);
  const there = (catalog: Catalog, { file }: CatalogObject) =>
    catalog.objects.some((other) => other.file === file);
  const both = rebuiltViews(before, after);
  const fresh = after.objects.filter(
    (object) => object.dialect !== 'postgres' && object.kind !== 'sink' && !there(before, object),
  );
  const gone = before.objects.filter(
    (object) => object.dialect !== 'postgres' && object.kind !== 'sink' && !there(after, object),
  );
  const moved = new Set(both.map(({ name }) => name));
  const sinks = (catalog: Catalog): CatalogObject[] =>
    catalog.objects.filter(
      ({ kind, name, inputs }) =>
        kind === 'sink' && (names.has(name) || inputs.some((input) => moved.has(input))),
    );
  const nameOf = new Map(both.map(({ name }) => [name, otherName(name)]));
  const context: Context = { options, nameOf };
  const build = [...fresh.filter(({ query }) => query === null), ...inOrderOf(after, [...fresh, ...both])];
  return {
    build: [...session(), ...build.flatMap((object) => built(object, context)), send('flush')],
    promote: [
      ...changing(both),
      ...swaps(both),
      ...subscriptions(both, options),
      ...sinkSteps(sinks(before), sinks(after), options),
      ...recorded({ from: before, to: after, gone }, options),
    ],
    rollback: [
      ...changing(both),
      ...swaps(both),
      ...subscriptions(both, options),
      ...sinkSteps(sinks(after), sinks(before), options),
      ...recorded({ from: after, to: before, gone: fresh }, options),
    ],
    cleanup: [
      // A view that is gone may read one of the old version, and the other way round. Tables that are gone stay with their rows.
      ...drops(inOrderOf(before, [...both, ...gone]), nameOf),
      send('flush'),
    ],
    cancel: [
      ...drops(inOrderOf(after, [...both, ...fresh]), nameOf),
      ...drops(
        fresh.filter(({ query }) => query === null),
        new Map(),
      ),
      send('flush'),
    ],
  };
}

/** The same as text for people and psql: `-- promote`, and what it sends. */
export function versionStatements(
  before: Catalog,
  after: Catalog,
  options: RisingwaveOptions,
): Readonly<Record<keyof VersionSteps, readonly string[]>> & { readonly refusals: readonly string[] } {
  const steps = versionSteps(before, after, options);
  const text = (list: readonly VersionStep[]): string[] => list.map(({ sql }) => sql);
  return {
    build: text(steps.build),
    promote: text(steps.promote),
    rollback: text(steps.rollback),
    cleanup: text(steps.cleanup),
    cancel: text(steps.cancel),
    refusals: [...refusals(before, after), ...versionRefusals(before, after)],
  };
}

interface Context {
  readonly options: RisingwaveOptions;
  readonly nameOf: ReadonlyMap<string, string>;
}

/** Objects that differ in more than their explanation, or read one that does. */
function touchedNames(before: Catalog, after: Catalog): ReadonlySet<string> {
  const known = touched.get(before)?.get(after);
  if (known) return known;
  const { changes } = planChanges({ before, after });
  const names = new Set(changes.filter(({ class: of }) => of !== 'cosmetic').map(({ name }) => name));
  touched.set(before, new WeakMap([[after, names]]));
  return names;
}

/** A plan of all of sql/ takes a second, and is asked for at each turn. */
const touched = new WeakMap<Catalog, WeakMap<Catalog, ReadonlySet<string>>>();

/** The views among objects, as their catalog has them. */
function inOrderOf(catalog: Catalog, objects: readonly CatalogObject[]): CatalogObject[] {
  const names = new Set(objects.filter(({ query }) => query !== null).map(({ name }) => name));
  return catalog.objects.filter(({ name, query }) => query !== null && names.has(name));
}

function send(sql: string): VersionStep {
  return { how: 'send', name: '', sql };
}

function session(): VersionStep[] {
  return [RISINGWAVE.session, 'set background_ddl = true'].map(send);
}

function built(object: CatalogObject, { nameOf, options }: Context): VersionStep[] {
  const { kind, query } = object;
  const name = nameOf.get(object.name) ?? object.name;
  if (query === null) {
    const sql = objectStatement(object, options.environment);
    return sql === null ? [] : [{ how: 'make', name, sql }, ...commentStatements(object).map(send)];
  }
  const stored = kind === 'materialized view';
  const grant = `grant select on ${kind} ${name} to ${options.analyst}`;
  return [
    { how: 'make', name, sql: renamedStatement(object, nameOf) },
    ...(stored ? [{ how: 'built' as const, name, sql: 'wait' }] : []),
    ...(options.analyst ? [send(grant)] : []),
  ];
}

/** Between the first swap and the last some names are of one version and some of the other: whoever has to know which waits. */
function changing(both: readonly CatalogObject[]): VersionStep[] {
  return both.length === 0 ? [] : [meaningChanges(both.map(({ name }) => name)), 'flush'].map(send);
}

/** The same forth and back: a name and the name beside it change places. */
function swaps(both: readonly CatalogObject[]): VersionStep[] {
  return both.map(({ name, kind }) => ({
    how: 'swap',
    name,
    sql: `alter ${kind} ${name} swap with ${otherName(name)}`,
  }));
}

/** Subscriptions went on with the version that had the name before. */
function subscriptions(
  both: readonly CatalogObject[],
  { subscribed = [] }: RisingwaveOptions,
): VersionStep[] {
  return both
    .filter(({ name }) => subscribed.includes(name))
    .flatMap(({ name }): VersionStep[] => [
      unsubscribe(name),
      { how: 'make', name: subscriptionName(name), sql: subscriptionStatement(name) },
    ]);
}

function unsubscribe(name: string): VersionStep {
  return {
    how: 'drop',
    name: subscriptionName(name),
    sql: `drop subscription ${subscriptionName(name)}`,
  };
}

/** Sinks of the version that had the names make room for those of the other. */
function sinkSteps(
  old: readonly CatalogObject[],
  next: readonly CatalogObject[],
  { environment }: RisingwaveOptions,
): VersionStep[] {
  const made = (sink: CatalogObject): string | null => objectStatement(sink, environment);
  return [
    ...old
      .filter((sink) => made(sink) !== null)
      .map(({ name }): VersionStep => ({ how: 'drop', name, sql: `drop sink ${name}` })),
    ...next.flatMap((sink): VersionStep[] => {
      const sql = made(sink);
      return sql === null ? [] : [{ how: 'make', name: sink.name, sql }];
    }),
  ];
}

/** What is there by name from now on, for the next apply and for people. */
function recorded(
  { from, to, gone }: { from: Catalog; to: Catalog; gone: readonly CatalogObject[] },
  { environment }: RisingwaveOptions,
): VersionStep[] {
  const [was, wanted] = [wantedObjects(from, environment), wantedObjects(to, environment)];
  const same = (name: string): boolean => JSON.stringify(was.get(name)) === JSON.stringify(wanted.get(name));
  const objects = to.objects.filter(
    (object) => wanted.has(deployedName(object)) && !same(deployedName(object)),
  );
  const records = objects.flatMap((object) => wanted.get(deployedName(object)) ?? []);
  const sinks = from.objects.filter(
    (object) => object.kind === 'sink' && was.has(object.name) && !wanted.has(object.name),
  );
  const changes = [
    ...forgotten([...gone, ...sinks]),
    ...objects.flatMap(commentStatements).map(send),
    ...(records.length > 0 ? [send(recordStatement(records, 'done'))] : []),
    ...objects.flatMap((object) => undescribed(from.find(object.name), object)),
    ...catalogRows(objects).map(send),
  ];
  // Without another text nothing means anything else.
  return [...changes, ...(changes.length > 0 ? [send(fingerprintRows(to))] : []), send('flush')];
}

/** Takes back that objects are deployed, and what was said of them. */
function forgotten(objects: readonly CatalogObject[]): VersionStep[] {
  if (objects.length === 0) return [];
  const state: DeployedState = 'dropped';
  const nothing = { hash: '', documentation: '', state };
  const notes = objects.map((object) => ({ ...nothing, name: deployedName(object), kind: object.kind }));
  const described = objects.filter(({ kind }) => kind !== 'function').map(({ name }) => literal(name));
  return [
    send(recordStatement(notes, state)),
    ...described.flatMap((name) =>
      [
        `delete from catalog where name = ${name}`,
        `delete from catalog_columns where object = ${name}`,
        `delete from catalog_lineage where object = ${name}`,
        `delete from catalog_fingerprints where object = ${name}`,
      ].map(send),
    ),
  ];
}

/** Columns and inputs that an object no longer has would stay in the catalog. */
function undescribed(old: CatalogObject | undefined, object: CatalogObject): VersionStep[] {
  if (!old || old.kind === 'function' || object.kind === 'function') return [];
  const names = (of: CatalogObject): string[] => of.columns.map(({ name }) => name);
  const columns = names(old).filter((name) => !names(object).includes(name));
  const inputs = old.inputs.filter((name) => !object.inputs.includes(name));
  const of = `object = ${literal(object.name)}`;
  return [
    ...columns.map((name) => send(`delete from catalog_columns where ${of} and name = ${literal(name)}`)),
    ...inputs.map((name) => send(`delete from catalog_lineage where ${of} and reads = ${literal(name)}`)),
  ];
}

/** Readers of a view before it; of what has a name of its own also what follows it. */
function drops(objects: readonly CatalogObject[], nameOf: ReadonlyMap<string, string>): VersionStep[] {
  return [...objects].reverse().flatMap((object): VersionStep[] => {
    const name = nameOf.get(object.name) ?? object.name;
    const aggregate = /^create\s+aggregate\b/i.test(object.statement.body);
    const kind = aggregate ? 'aggregate' : object.kind;
    const followed = object.kind === 'table' || (object.query !== null && name === object.name);
    return [...(followed ? [unsubscribe(name)] : []), { how: 'drop', name, sql: `drop ${kind} ${name}` }];
  });
}
