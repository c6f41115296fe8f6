import type { ClientBase } from 'pg';
import { writeCatalogTables } from '../deploy/catalogTables.ts';
import { install } from '../deploy/deploy.ts';
import { readDeployed, recordDeployed } from '../deploy/deployed.ts';
import type { Layout } from '../deploy/plan.ts';
import { closeSession } from '../deploy/session.ts';
import { removeOld } from '../deploy/stores.ts';
import type { NameLocks } from './nameLocks.ts';
import { switchNames } from './names.ts';

/** Locks are given up after this and asked for again: before PostgreSQL looks for a deadlock, so that nobody else is its victim. */
export const LOCK_TIMEOUT_MS = 250;

/**
 * Goes over to another layout, in the transaction of a refresh that left nothing to do: views that only it has begin empty, those that
 * only the old one had are dropped, names change last.
 */
export async function switchLayout(
  client: ClientBase,
  from: Layout,
  to: Layout,
  locks: NameLocks,
): Promise<void> {
  const before = await readDeployed(client);
  await closeSession(client, from, to);
  const { fresh } = await install(client, to, before, from);
  const there = new Set(from.views.map((view) => from.tableOf(view.name)));
  const missing = fresh.find((view) => !there.has(to.tableOf(view.name)));
  if (missing) throw new TypeError(`${missing.name} was never built; only built versions can be published`);
  await recordDeployed(client, to);
  await writeCatalogTables(client, to);
  await switchNames(client, from, to, locks);
  await removeOld(client, to, before);
}
