import type { Catalog } from '../catalog/catalog.ts';
import type { CatalogObject } from '../catalog/object.ts';
import { RISINGWAVE } from '../profile.ts';
import {
  DEPLOYED,
  DEPLOYED_TABLE,
  type DeployedObject,
  recordStatement,
  UNTOLD,
  wantedObjects,
} from './deployed.ts';
import {
  CATALOG_TABLES,
  catalogRows,
  commentStatements,
  deployedName,
  fingerprintRows,
} from './documentation.ts';
import { type Environment, objectStatement } from './objects.ts';
import { subscriptionStatement } from './subscription.ts';

/** How sql/ is put on RisingWave. */
export interface RisingwaveOptions {
  /** Values for the placeholders of connector options. */
  readonly environment: Environment;
  /** A role that may read everything; it has to be there. */
  readonly analyst?: string | null;
  /** Views and tables that get a subscription at once; others get theirs when somebody follows them. */
  readonly subscribed?: readonly string[];
  /** What the session that makes everything sets beside what it always does, as `set … = …`. */
  readonly session?: readonly string[];
  /** Makes topics that are not there, before tables and sinks that want them: RisingWave makes none. */
  readonly makeTopics?: ((topics: readonly string[]) => Promise<void>) | undefined;
}

/** One statement as RisingWave gets it. */
export interface RisingwaveStatement {
  /** What it makes or notes, for people. */
  readonly what: string;
  /** The object that it makes; null where it makes none. */
  readonly makes: DeployedObject | null;
  /** Materialized view that has to be there when this was waited for; null where nothing is. */
  readonly built: string | null;
  /** Without the final semicolon. */
  readonly sql: string;
}

/** Every statement that puts sql/ on an empty RisingWave, in order: what `tickwave apply` sends and `psql -f` takes. */
export function risingwaveStatements(catalog: Catalog, options: RisingwaveOptions): RisingwaveStatement[] {
  return missingStatements(catalog, options, new Map(), []);
}

/**
 * The statements that are left to do where `deployed` is there already; none when sql/ is deployed as it is.
 *
 * @param tables Tickwave's own tables that are there
 */
export function missingStatements(
  catalog: Catalog,
  options: RisingwaveOptions,
  deployed: ReadonlyMap<string, DeployedObject>,
  tables: readonly string[],
): RisingwaveStatement[] {
  const wanted = wantedObjects(catalog, options.environment);
  const done = (name: string): DeployedObject | undefined =>
    deployed.get(name)?.state === 'done' ? deployed.get(name) : undefined;
  const objects = catalog.objects.filter(
    (object) => object.dialect !== 'postgres' && wanted.has(deployedName(object)),
  );
  const fresh = objects.filter((object) => !done(deployedName(object)));
  const told = objects.filter(
    (object) => done(deployedName(object))?.documentation !== wanted.get(deployedName(object))?.documentation,
  );
  const own = [[DEPLOYED, DEPLOYED_TABLE] as const, ...CATALOG_TABLES].filter(
    ([name]) => !tables.includes(name),
  );
  const work = [
    ...own.map(([name, sql]) => plain(`table ${name}`, sql)),
    ...making(fresh, wanted, options),
    ...documenting(told),
    ...(own.length + told.length > 0 ? [plain('what columns mean', fingerprintRows(catalog))] : []),
    ...(told.length > 0 ? [...grants(objects, options), ...subscriptions(fresh, options)] : []),
    // Only now: who dies on the way is made up for by the next.
    ...noted(told, wanted),
  ];
  if (work.length === 0) return [];
  const session = [RISINGWAVE.session, 'set background_ddl = true', ...(options.session ?? [])].map((sql) =>
    plain('the session', sql),
  );
  return [...session, ...work, plain('what was written visible', 'flush')];
}

function plain(what: string, sql: string): RisingwaveStatement {
  return { what, makes: null, built: null, sql };
}

/** Each object between a note that it is begun and one that it is done. */
function making(
  objects: readonly CatalogObject[],
  wanted: ReadonlyMap<string, DeployedObject>,
  { environment }: RisingwaveOptions,
): RisingwaveStatement[] {
  const records = objects.flatMap((object) => wanted.get(deployedName(object)) ?? []);
  if (records.length === 0) return [];
  const made = objects.flatMap((object): RisingwaveStatement[] => {
    const makes = wanted.get(deployedName(object));
    const sql = objectStatement(object, environment);
    if (sql === null || makes === undefined) return [];
    const background = object.kind === 'materialized view' || object.kind === 'sink';
    const create = { what: `${object.kind} ${object.name}`, makes, built: null, sql };
    const built = object.kind === 'materialized view' ? object.name : null;
    return [
      create,
      ...(background ? [{ what: `${create.what} built`, makes: null, built, sql: 'wait' }] : []),
      plain(`${create.what} noted`, recordStatement([{ ...makes, documentation: UNTOLD }], 'done')),
    ];
  });
  return [plain('what is begun', recordStatement(records, 'begun')), plain('it visible', 'flush'), ...made];
}

/** Comments and the catalog's rows. */
function documenting(told: readonly CatalogObject[]): RisingwaveStatement[] {
  return [
    ...told.flatMap((object) =>
      commentStatements(object).map((sql) => plain(`comment on ${object.name}`, sql)),
    ),
    ...catalogRows(told).map((sql) => plain('the catalog', sql)),
  ];
}

/** Notes that objects are there and told of. */
function noted(
  told: readonly CatalogObject[],
  wanted: ReadonlyMap<string, DeployedObject>,
): RisingwaveStatement[] {
  const records = told.flatMap((object) => wanted.get(deployedName(object)) ?? []);
  return records.length > 0 ? [plain('what is told', recordStatement(records, 'done'))] : [];
}

function grants(objects: readonly CatalogObject[], { analyst }: RisingwaveOptions): RisingwaveStatement[] {
  if (!analyst) return [];
  const views = objects.filter((object) => object.kind === 'view');
  return [
    `grant usage on schema public to ${analyst}`,
    `grant select on all tables in schema public to ${analyst}`,
    `grant select on all materialized views in schema public to ${analyst}`,
    ...views.map((view) => `grant select on view ${view.name} to ${analyst}`),
  ].map((sql) => plain(`rights of ${analyst}`, sql));
}

function subscriptions(
  fresh: readonly CatalogObject[],
  { subscribed = [] }: RisingwaveOptions,
): RisingwaveStatement[] {
  return fresh
    .filter((object) => object.kind !== 'function' && subscribed.includes(object.name))
    .map((object) => plain(`subscription of ${object.name}`, subscriptionStatement(object.name)));
}
