import type { ClientBase } from 'pg';
import type { Catalog } from '../catalog/catalog.ts';
import { topicsOf } from '../kafka/topics.ts';
import { refused, refusedAsThere } from './connection.ts';
import { DEPLOYED, type DeployedObject, wantedObjects } from './deployed.ts';
import { CATALOG_TABLES } from './documentation.ts';
import { DeployedDiffersError, StatementFailed } from './errors.ts';
import { missingStatements, type RisingwaveOptions, type RisingwaveStatement } from './statements.ts';

/** Told of each statement before it is sent. */
export type OnStatement = (statement: RisingwaveStatement, done: number, total: number) => void;

/** What an application did. */
export interface Applied {
  /** Objects that were made, in order; none when sql/ was deployed already. */
  readonly made: readonly string[];
  /** Statements that were sent. */
  readonly statements: number;
  /** Objects that are deployed and no longer in sql/; they stay until `tickwave cleanup`. */
  readonly left: readonly string[];
}

/**
 * Puts what is missing of sql/ on RisingWave; what is there stays, and applying twice sends nothing. A crash at any point is made
 * up for by the next call. Throws DeployedDiffersError when something is there in another version.
 */
export async function applyMissing(
  client: ClientBase,
  catalog: Catalog,
  options: RisingwaveOptions,
  onStatement: OnStatement = () => {},
): Promise<Applied> {
  const { statements, deployed, left } = await pendingStatements(client, catalog, options);
  const topics = topicsOf(catalog);
  const wanted = statements.flatMap(({ makes }) => topics.get(makes?.name ?? '') ?? []);
  if (wanted.length > 0) await options.makeTopics?.(wanted);
  for (const [index, statement] of statements.entries()) {
    onStatement(statement, index, statements.length);
    await send(client, statement, deployed);
  }
  return { made: statements.flatMap(({ makes }) => makes?.name ?? []), statements: statements.length, left };
}

/** What `applyMissing` would send; nothing is changed. */
export async function pendingStatements(
  client: ClientBase,
  catalog: Catalog,
  options: RisingwaveOptions,
): Promise<{
  readonly statements: readonly RisingwaveStatement[];
  readonly deployed: ReadonlyMap<string, DeployedObject>;
  readonly left: readonly string[];
}> {
  const { deployed, tables } = await readDeployed(client);
  const wanted = wantedObjects(catalog, options.environment);
  refuseDifferences(deployed, wanted);
  const left = [...deployed.keys()].filter((name) => !wanted.has(name));
  return { statements: missingStatements(catalog, options, deployed, tables), deployed, left };
}

/** What is noted as deployed, and which of Tickwave's own tables are there. */
export async function readDeployed(
  client: ClientBase,
): Promise<{ readonly deployed: Map<string, DeployedObject>; readonly tables: string[] }> {
  const tables: string[] = [];
  for (const table of [DEPLOYED, ...CATALOG_TABLES.keys()])
    if (await answers(client, `select * from ${table} limit 1`)) tables.push(table);
  const { rows } = tables.includes(DEPLOYED)
    ? await client.query<DeployedObject>(`select name, kind, hash, documentation, state from ${DEPLOYED}`)
    : { rows: [] };
  const there = rows.filter(({ state }) => state !== 'dropped');
  return { deployed: new Map(there.map((row) => [row.name, row])), tables };
}

/** A relation that is not there is refused by name: RisingWave has no way to ask that was seen to work for every kind. */
export async function answers(client: ClientBase, question: string): Promise<boolean> {
  try {
    await client.query(question);
    return true;
  } catch (error) {
    if (refused(error)) return false;
    throw error;
  }
}

function refuseDifferences(
  deployed: ReadonlyMap<string, DeployedObject>,
  wanted: ReadonlyMap<string, DeployedObject>,
): void {
  const differing = [...wanted.values()].filter(
    ({ name, hash }) => (deployed.get(name)?.hash ?? hash) !== hash,
  );
  const half = differing.filter(({ name }) => deployed.get(name)?.state === 'begun');
  if (half.length > 0)
    throw new DeployedDiffersError(
      half.map(({ name }) => name),
      'they were begun from another text and not finished: drop them there, delete their rows of engine_deployed, and apply again',
    );
  if (differing.length > 0)
    throw new DeployedDiffersError(
      differing.map(({ name }) => name),
      'see `tickwave plan`, then `tickwave apply` and `tickwave promote`',
    );
}

async function send(
  client: ClientBase,
  statement: RisingwaveStatement,
  before: ReadonlyMap<string, DeployedObject>,
): Promise<void> {
  try {
    await client.query(statement.sql);
  } catch (error) {
    const { makes } = statement;
    // Whoever began it died before it could note that it was done.
    const begun = makes !== null && before.get(makes.name)?.state === 'begun';
    if (begun && refusedAsThere(error)) return;
    throw new StatementFailed(statement.what, error);
  }
  if (statement.built) await requireBuilt(client, statement.built);
}

/** A build in the background fails in silence: what is not there after the wait never will be. */
export async function requireBuilt(client: ClientBase, view: string): Promise<void> {
  const { rows } = await client.query('select name from rw_catalog.rw_materialized_views where name = $1', [
    view,
  ]);
  if (rows.length === 0)
    throw new StatementFailed(
      `materialized view ${view}`,
      new Error('it was accepted, and is not there after the build; the log of RisingWave says why'),
    );
}
