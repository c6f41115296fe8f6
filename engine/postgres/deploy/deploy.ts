import { readFileSync } from 'node:fs';
import type { ClientBase } from 'pg';
import type { CatalogObject } from '../../catalog/object.ts';
import { fingerprints } from '../../versions/fingerprint.ts';
import { names } from '../compile/names.ts';
import { writeCatalogTables } from './catalogTables.ts';
import { type Deployed, readDeployed, recordBuild, recordDeployed } from './deployed.ts';
import { inFile } from './errors.ts';
import { deployFunctions } from './functions.ts';
import { makeIndexes } from './indexes.ts';
import { deployCapture, deployTable, newlyWatched } from './landing.ts';
import type { Layout } from './plan.ts';
import { dropNames, renewNames } from './publicNames.ts';
import { refreshFunctions } from './refreshFunctions.ts';
import { masterFunction, openSession } from './session.ts';
import { dropPostponed, makeStore, removeOld } from './stores.ts';

const SCHEMA = ['engine', 'versions', 'lockNames']
  .map((name) => readFileSync(new URL(`../schema/${name}.sql`, import.meta.url), 'utf8'))
  .join('\n');

/** What a deployment did. */
export interface Deployment {
  readonly built: readonly string[];
  readonly kept: readonly string[];
  readonly removed: readonly string[];
}

/** Told as views are built. */
export type OnBuild = (view: string, done: number, total: number) => void;

/**
 * Makes the database what sql/ says, in one transaction: landing tables, stored views, plain views, functions, comments.
 * A view whose content hash changed is built anew with what depends on it; others keep their rows.
 */
export async function deploy(
  client: ClientBase,
  layout: Layout,
  onBuild: OnBuild = () => {},
): Promise<Deployment> {
  await client.query(SCHEMA);
  const before = await readDeployed(client);
  const watching = await newlyWatched(client, layout, before);
  // They are written in the transaction, and thought out before it.
  fingerprints(layout.published, 'postgres');
  await client.query('begin isolation level repeatable read');
  try {
    // Before the snapshot is taken: what is written between it and the triggers would be neither in the views nor noted.
    if (watching.length > 0)
      await client.query(`lock table ${watching.join(', ')} in share row exclusive mode`);
    const result = await deployAll(client, layout, before, onBuild);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

async function deployAll(
  client: ClientBase,
  layout: Layout,
  before: ReadonlyMap<string, Deployed>,
  onBuild: OnBuild,
): Promise<Deployment> {
  await dropNames(client, before, (name) => layout.catalog.find(name)?.kind === 'table');
  const { fresh, stale } = await install(client, layout, before);
  const dropped = await dropPostponed(client, layout);
  const building = withReaders(layout, [...fresh.map((view) => view.name), ...stale, ...dropped]);
  let done = 0;
  for (const view of building) {
    onBuild(view.name, done++, building.length);
    const started = performance.now();
    const { rows } = await inFile(view, () =>
      client.query<{ rows: string }>(`select engine.${names.refresh(view.name)}(true, true) as rows`),
    );
    await client.query(`analyze ${layout.tableOf(view.name)}`);
    await recordBuild(client, view.name, Number(rows[0]?.rows), (performance.now() - started) / 1000);
  }
  onBuild('', done, building.length);
  // Names last: who reads them waits for this transaction from here on, and for no build.
  await renewNames(client, before, layout);
  const removed = await removeOld(client, layout, before);
  await recordDeployed(client, layout);
  await writeCatalogTables(client, layout);
  const builtNames = building.map((view) => view.name);
  return {
    built: builtNames,
    kept: layout.views.map((view) => view.name).filter((name) => !builtNames.includes(name)),
    removed,
  };
}

/** What an installation leaves to be computed. */
export interface Installed {
  /** Views of which this version was not there. */
  readonly fresh: readonly CatalogObject[];
  /** Views that may have missed changes, as these were not noted in the way that they are from now on. */
  readonly stale: readonly string[];
}

/**
 * Everything behind the names, in the transaction and for the session of the caller: tables, triggers, functions. No rows.
 *
 * @param from the layout that was installed in this session: what is the same is left alone, with the plans that were made of it
 */
export async function install(
  client: ClientBase,
  layout: Layout,
  before: ReadonlyMap<string, Deployed>,
  from: Layout | null = null,
): Promise<Installed> {
  await deployFunctions(client, layout, before);
  for (const table of layout.tables)
    await inFile(table, () => deployTable(client, table, before.get(table.name)));
  const fresh = layout.views.filter(
    (view) => !layout.sides.has(view.name) && before.get(view.name)?.hash !== layout.hashes.get(view.name),
  );
  // Each names the view's table: where the one is the same, so is the other.
  const there = from === null ? new Map<string, string>() : refreshFunctions(from);
  const functions = refreshFunctions(layout);
  const other = layout.views.filter(({ name }) => there.get(name) !== functions.get(name));
  for (const view of other) await inFile(view, () => makeStore(client, view, layout, fresh.includes(view)));
  await makeIndexes(client, layout);
  const stale = await deployCapture(client, layout, before);
  for (const { name } of other) await client.query(functions.get(name) ?? '');
  await client.query(masterFunction(layout));
  await openSession(client, layout, from);
  return { fresh, stale };
}

/** Views and everything that reads them, in order. */
function withReaders(layout: Layout, roots: readonly string[]): CatalogObject[] {
  const dirty = new Set(roots);
  for (const view of layout.views) {
    const leaves = layout.rules.get(view.name)?.leaves ?? [];
    if (leaves.some((leaf) => dirty.has(leaf.leaf.relation))) dirty.add(view.name);
  }
  return layout.views.filter((view) => dirty.has(view.name));
}
