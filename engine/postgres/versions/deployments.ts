import { type ClientBase, DatabaseError } from 'pg';
import {
  ACTIVE,
  type Deployment,
  DeploymentBusy,
  DeploymentRefused,
  type DeploymentState,
  type Files,
  type Owner,
  type Progress,
  type Wanted,
} from '../../versions/deployment.ts';
import type { Plan } from '../../versions/plan.ts';
import { describeBusy } from '../../versions/versions.ts';

/** Channel that wakes the engine when something is wanted, and those who wait when something happened. */
export const VERSIONS_CHANNEL = 'tickwave_versions';

const COLUMNS = `id, state, wanted, owner, host, pid, started_at as "startedAt", changed_at as "changedAt", old_files as "oldFiles",
  new_files as "newFiles", progress, message`;

/** Whether the tables are there: a database that only an older Tickwave deployed to has none. */
async function known(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>(
    "select to_regclass('engine.deployments') is not null as there",
  );
  return rows[0]?.there === true;
}

/** The version that stands beside the published one; null when there is none. */
export async function activeDeployment(client: ClientBase): Promise<Deployment | null> {
  if (!(await known(client))) return null;
  const { rows } = await client.query<Deployment>(
    `select ${COLUMNS} from engine.deployments where state = any($1)`,
    [ACTIVE],
  );
  return rows[0] ?? null;
}

export async function findDeployment(client: ClientBase, id: number): Promise<Deployment | null> {
  const { rows } = await client.query<Deployment>(`select ${COLUMNS} from engine.deployments where id = $1`, [
    id,
  ]);
  return rows[0] ?? null;
}

/** What a version was going to change. */
export async function readPlan(client: ClientBase, id: number): Promise<Plan> {
  const { rows } = await client.query<{ plan: Plan }>('select plan from engine.deployments where id = $1', [
    id,
  ]);
  if (!rows[0]) throw new TypeError(`there is no version ${id}`);
  return rows[0].plan;
}

/** The last one, whatever became of it. */
export async function lastDeployment(client: ClientBase): Promise<Deployment | null> {
  if (!(await known(client))) return null;
  const { rows } = await client.query<Deployment>(
    `select ${COLUMNS} from engine.deployments order by id desc limit 1`,
  );
  return rows[0] ?? null;
}

/** Asks for a version to be built. @throws DeploymentBusy when there is one on its way */
export async function addDeployment(
  client: ClientBase,
  by: Owner,
  plan: Plan,
  files: { readonly old: Files; readonly new: Files },
): Promise<number> {
  try {
    const { rows } = await client.query<{ id: number }>(
      `insert into engine.deployments (state, owner, host, pid, plan, old_files, new_files) values ('building', $1, $2, $3, $4, $5, $6) returning id`,
      [by.owner, by.host, by.pid, JSON.stringify(plan), JSON.stringify(files.old), JSON.stringify(files.new)],
    );
    const id = rows[0]?.id ?? 0;
    await tell(client, id, 'building', `${by.owner}@${by.host}`);
    return id;
  } catch (cause) {
    if (!(cause instanceof DatabaseError) || cause.code !== '23505') throw cause;
    const other = await activeDeployment(client);
    throw new DeploymentBusy(other ? describeBusy(other) : 'another version is on its way; try again', {
      cause,
    });
  }
}

/** Notes what is wanted next; the engine does it. */
export async function want(client: ClientBase, id: number, wanted: Wanted, by: string): Promise<void> {
  await client.query('update engine.deployments set wanted = $2, message = null where id = $1', [id, wanted]);
  await tell(client, id, `${wanted} wanted`, by);
}

/** Moves a version on, in the transaction that makes it so. What was wanted is done. */
export async function setState(
  client: ClientBase,
  id: number,
  state: DeploymentState,
  by: string,
  message: string | null = null,
): Promise<void> {
  await client.query(
    'update engine.deployments set state = $2, wanted = null, message = $3, changed_at = now() where id = $1',
    [id, state, message],
  );
  await tell(client, id, state, by, message);
}

/** In the transaction that takes a version on. @throws DeploymentRefused where it is no longer as it was read */
export async function expectState(client: ClientBase, id: number, state: DeploymentState): Promise<void> {
  const now = await findDeployment(client, id);
  if (now?.state !== state) throw new DeploymentRefused(`version ${id} is ${now?.state ?? 'gone'} by now`);
}

/** Ends a version whose views can't be kept up to date: of a published one, what was before it. */
export async function giveUp(client: ClientBase, id: number, message: string): Promise<void> {
  const published = (await findDeployment(client, id))?.state === 'promoted';
  const said = published ? `what was before it is dropped, and can't come back: ${message}` : message;
  await setState(client, id, published ? 'cleaned' : 'failed', 'engine', said);
}

/** Says what a version waits for; what is wanted of it stays wanted. */
export async function noteWaiting(client: ClientBase, id: number, message: string): Promise<void> {
  await client.query('update engine.deployments set message = $2 where id = $1', [id, message]);
  await tell(client, id, 'waits', 'engine', message);
}

/** Notes that the audits passed. @throws DeploymentBusy when somebody else took the version on meanwhile */
export async function setAudited(client: ClientBase, id: number, by: string): Promise<void> {
  const { rowCount } = await client.query(
    `update engine.deployments set state = 'audited', message = null, changed_at = now() where id = $1 and state = 'built'`,
    [id],
  );
  if (rowCount === 1) return tell(client, id, 'audited', by);
  const now = await findDeployment(client, id);
  throw new DeploymentBusy(`version ${id} was audited, but it is ${now?.state ?? 'gone'} by now`);
}

/** Gives up what was wanted, and says why; the state stays. */
export async function refuseWanted(client: ClientBase, id: number, message: string): Promise<void> {
  await client.query('update engine.deployments set wanted = null, message = $2 where id = $1', [
    id,
    message,
  ]);
  await tell(client, id, 'not done', 'engine', message);
}

export async function setProgress(client: ClientBase, id: number, progress: Progress): Promise<void> {
  await client.query('update engine.deployments set progress = $2, message = null where id = $1', [
    id,
    JSON.stringify(progress),
  ]);
  await client.query(`select pg_notify('${VERSIONS_CHANNEL}', $1)`, [String(id)]);
}

async function tell(client: ClientBase, id: number, event: string, by: string, detail: string | null = null) {
  await client.query(
    `with noted as (insert into engine.deployment_events (deployment, event, by, detail) values ($1, $2, $3, $4))
     select pg_notify('${VERSIONS_CHANNEL}', $1::text)`,
    [id, event, by, detail],
  );
}
