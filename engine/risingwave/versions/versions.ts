import type { Catalog } from '../../catalog/catalog.ts';
import type { CatalogObject } from '../../catalog/object.ts';
import { RISINGWAVE } from '../../profile.ts';
import { planChanges } from '../../versions/plan.ts';
import { deployedName, recordStatement, wantedObjects } from '../deployed.ts';
import { catalogRows } from '../documentation.ts';
import { objectStatement } from '../objects.ts';
import type { RisingwaveOptions } from '../statements.ts';
import { subscriptionName, subscriptionStatement } from '../subscription.ts';
import { renamedStatement } from './renamed.ts';

/** Every statement on the way of a version, step by step; each without its semicolon. */
export interface VersionStatements {
  /** Builds the new version beside the running one. */
  readonly build: readonly string[];
  /** Gives it the names; the old version keeps those of the new one. */
  readonly promote: readonly string[];
  readonly rollback: readonly string[];
  /** After `promote`: drops the old version. */
  readonly cleanup: readonly string[];
  /** Instead of `promote`, or after `rollback`: drops the new one. */
  readonly cancel: readonly string[];
  /** Why it can't be done; empty when it can. */
  readonly refusals: readonly string[];
}

/** The other version's name while both are there. */
export function otherName(view: string): string {
  return `${view}__2`;
}

/**
 * How RisingWave goes from one version of sql/ to another. What depends on a view stays with the old one when names are swapped, so
 * all that reads a changed view is built anew, plain views too; then each is swapped, inputs first, and subscriptions and sinks are made
 * anew on what has the name. There is no transaction for it: each statement is right by itself, and each may be sent again after
 * a look at what is there.
 */
export function versionStatements(
  before: Catalog,
  after: Catalog,
  options: RisingwaveOptions,
): VersionStatements {
  const here = (object: CatalogObject): boolean => object.dialect !== 'postgres';
  const plan = planChanges({ before, after });
  const touched = new Set(
    plan.changes
      .filter(({ what, class: of }) => what !== 'removed' && of !== 'cosmetic')
      .map(({ name }) => name),
  );
  const views = after.objects.filter(
    ({ name, kind }) => touched.has(name) && (kind === 'view' || kind === 'materialized view'),
  );
  const both = views.filter(({ name, kind }) => before.find(name)?.kind === kind);
  const fresh = after.objects.filter(
    (object) =>
      here(object) && object.kind !== 'sink' && !before.objects.some(({ file }) => file === object.file),
  );
  const gone = before.objects.filter(
    ({ name, kind }) => (kind === 'view' || kind === 'materialized view') && !after.find(name),
  );
  const nameOf = new Map(both.map(({ name }) => [name, otherName(name)]));
  const context: Context = { before, after, options, both, fresh, gone, nameOf };
  const session = [RISINGWAVE.session, 'set background_ddl = true'];
  return {
    build: [
      ...session,
      ...fresh
        .filter(({ query }) => !query)
        .flatMap((object) => objectStatement(object, options.environment) ?? []),
      ...views.flatMap((view) => built(view, context)),
      'flush',
    ],
    promote: [...swaps(context), ...attached(after, context), ...recorded(after, context)],
    rollback: [...swaps(context), ...attached(before, context), ...recorded(before, context)],
    cleanup: [...drops(both, nameOf), ...drops(gone, new Map())],
    cancel: [...drops(views, nameOf)],
    refusals: [...plan.refusals, ...refused(context, touched)],
  };
}

interface Context {
  readonly before: Catalog;
  readonly after: Catalog;
  readonly options: RisingwaveOptions;
  /** Views that are there in both versions, and are built anew. */
  readonly both: readonly CatalogObject[];
  readonly fresh: readonly CatalogObject[];
  readonly gone: readonly CatalogObject[];
  readonly nameOf: ReadonlyMap<string, string>;
}

function built(view: CatalogObject, { nameOf, options }: Context): string[] {
  const name = nameOf.get(view.name) ?? view.name;
  const stored = view.kind === 'materialized view';
  const grant = `grant select on ${stored ? 'materialized view' : 'view'} ${name} to ${options.analyst}`;
  return [renamedStatement(view, nameOf), ...(stored ? ['wait'] : []), ...(options.analyst ? [grant] : [])];
}

/** The same forth and back: a name and the name beside it change places. */
function swaps({ both }: Context): string[] {
  return both.map(({ name, kind }) => `alter ${kind} ${name} swap with ${otherName(name)}`);
}

/** Subscriptions and sinks went on with the version that had the name before. */
function attached(catalog: Catalog, { both, options }: Context): string[] {
  const moved = new Set(both.map(({ name }) => name));
  const subscribed = (options.subscribed ?? []).filter((name) => moved.has(name));
  const sinks = catalog.objects.filter(
    ({ kind, inputs }) => kind === 'sink' && inputs.some((name) => moved.has(name)),
  );
  return [
    ...subscribed.flatMap((name) => [
      `drop subscription ${subscriptionName(name)}`,
      subscriptionStatement(name),
    ]),
    ...sinks.flatMap((sink) => {
      const statement = objectStatement(sink, options.environment);
      return statement === null ? [] : [`drop sink ${sink.name}`, statement];
    }),
  ];
}

/** What is there by name from now on, for the next apply and for people. */
function recorded(catalog: Catalog, { both, fresh, options }: Context): string[] {
  const names = new Set([...both, ...fresh].map(({ name }) => name));
  const objects = catalog.objects.filter((object) => names.has(object.name) && object.dialect !== 'postgres');
  const wanted = wantedObjects(catalog, options.environment);
  const records = objects.flatMap((object) => wanted.get(deployedName(object)) ?? []);
  if (records.length === 0) return ['flush'];
  return [recordStatement(records, 'done'), ...catalogRows(objects), 'flush'];
}

/** Readers of a view before it. */
function drops(views: readonly CatalogObject[], nameOf: ReadonlyMap<string, string>): string[] {
  return [...views].reverse().map(({ name, kind }) => `drop ${kind} ${nameOf.get(name) ?? name}`);
}

/** What the page of verified statements has no way for. */
function refused({ before, after }: Context, touched: ReadonlySet<string>): string[] {
  return after.objects.flatMap((object) => {
    const old = before.objects.find(({ file }) => file === object.file);
    if (old && old.kind !== object.kind)
      return [
        `sql/${object.file}: a ${old.kind} can't be swapped with a ${object.kind}; give the new one another name`,
      ];
    if (object.kind === 'table' && old && touched.has(object.name))
      return [`sql/${object.file}: a table that is there is not changed on RisingWave; make a new table`];
    return [];
  });
}
