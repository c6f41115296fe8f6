import type { ClientBase } from 'pg';
import type { Audit } from '../../versions/audit.ts';
import { ACTIVE, type Deployment, type DeploymentState, type Wanted } from '../../versions/deployment.ts';
import type { Plan } from '../../versions/plan.ts';
import type { VersionHistory } from '../../versions/versions.ts';
import { answers } from '../apply.ts';
import { insertRows } from '../text.ts';

/** Tables of versions: state and history. Times and JSON are text, so that a row is what it was written as. */
export const VERSION_TABLES: ReadonlyMap<string, string> = new Map([
  [
    'engine_deployments',
    `create table engine_deployments (id bigint, state varchar, wanted varchar, owner varchar, host varchar, pid bigint, started_at varchar,
  changed_at varchar, message varchar, plan varchar, old_files varchar, new_files varchar, names varchar, primary key (id))`,
  ],
  [
    'engine_deployment_events',
    'create table engine_deployment_events (deployment bigint, at varchar, event varchar, told_by varchar, detail varchar, primary key (deployment, at, event))',
  ],
  [
    'engine_audits',
    'create table engine_audits (deployment bigint, at varchar, number bigint, view_name varchar, audit varchar, passed varchar, detail varchar, primary key (deployment, at, number))',
  ],
]);

/** What RisingWave knows both versions of a view by. */
export interface ViewIds {
  readonly old: string;
  readonly new: string;
}

/** A version on RisingWave, with what its next verb has to know. */
export interface StoredDeployment extends Deployment {
  readonly plan: Plan;
  /** Both versions of each view that is built anew; empty until they are built. */
  readonly ids: Readonly<Record<string, ViewIds>>;
  /** Views whose subscriptions are to be made anew with the names that are being given. */
  readonly subscribed: readonly string[];
}

interface Row {
  readonly id: string;
  readonly state: DeploymentState;
  readonly wanted: Wanted | null;
  readonly owner: string;
  readonly host: string;
  readonly pid: string;
  readonly started_at: string;
  readonly changed_at: string;
  readonly message: string | null;
  readonly plan: string;
  readonly old_files: string;
  readonly new_files: string;
  readonly names: string;
}

const MOST = 100;

/** State and history of versions, in tables whose rows overwrite. */
export class DeploymentStore {
  readonly #client: ClientBase;
  readonly #now: () => number;

  constructor(client: ClientBase, now: () => number) {
    this.#client = client;
    this.#now = now;
  }

  /** Makes the tables that are not there. */
  async prepare(): Promise<void> {
    for (const [name, sql] of VERSION_TABLES) {
      if (await answers(this.#client, `select * from ${name} limit 1`)) continue;
      await this.#client.query(sql);
    }
    await this.#client.query('flush');
  }

  async active(): Promise<StoredDeployment | null> {
    const known = await knownDeployments(this.#client);
    const found = known.find(({ state }) => ACTIVE.includes(state));
    return found === undefined ? null : this.find(found.id);
  }

  async find(id: number): Promise<StoredDeployment | null> {
    const { rows } = await this.#client.query<Row>(
      `select id, state, wanted, owner, host, pid, started_at, changed_at, message, plan, old_files, new_files, names from engine_deployments where id = ${id}`,
    );
    return rows[0] ? read(rows[0]) : null;
  }

  async nextId(): Promise<number> {
    const ids = (await knownDeployments(this.#client)).map(({ id }) => id);
    return Math.max(0, ...ids) + 1;
  }

  /** Writes a version as it is now, with what happened; visible to all, and there after a crash, when it returns. */
  async save(deployment: StoredDeployment, event: string, by: string, detail: string | null = null) {
    const { id, state, wanted, owner, host, pid, startedAt, message, ids, subscribed } = deployment;
    const changedAt = new Date(this.#now()).toISOString();
    const { plan, oldFiles, newFiles } = deployment;
    const texts = [plan, oldFiles, newFiles, { ids, subscribed }].map((value) => JSON.stringify(value));
    const head = [id, state, wanted, owner, host, pid, startedAt.toISOString(), changedAt, message];
    await this.#client.query(insertRows('engine_deployments', [[...head, ...texts]]));
    await this.#client.query(insertRows('engine_deployment_events', [[id, changedAt, event, by, detail]]));
    await this.#client.query('flush');
  }

  async recordAudits(id: number, audits: readonly Audit[]): Promise<void> {
    if (audits.length === 0) return;
    const at = new Date(this.#now()).toISOString();
    const rows = audits.map(({ view, audit, passed, detail }, index) => [
      ...[id, at, index, view, audit],
      ...[String(passed), detail],
    ]);
    await this.#client.query(insertRows('engine_audits', rows));
    await this.#client.query('flush');
  }

  async history(): Promise<VersionHistory[]> {
    const known = await knownDeployments(this.#client);
    const newest = known.sort((a, b) => b.id - a.id).slice(0, MOST);
    const found: VersionHistory[] = [];
    for (const { id } of newest) {
      const deployment = await this.find(id);
      if (deployment) found.push(await this.#historyOf(deployment));
    }
    return found;
  }

  async #historyOf(deployment: StoredDeployment): Promise<VersionHistory> {
    const { id, state, owner, host, changedAt, plan, message } = deployment;
    const events = await this.#client.query<{ at: string; event: string; by: string; detail: string }>(
      `select at, event, told_by as by, detail from engine_deployment_events where deployment = ${id} order by at`,
    );
    const audits = await this.#client.query<{ view: string; audit: string; passed: string; detail: string }>(
      `select view_name as view, audit, passed, detail from engine_audits where deployment = ${id} order by at, number`,
    );
    return {
      ...{ id, state, changedAt, message, by: `${owner}@${host}`, class: plan.class },
      events: events.rows,
      audits: audits.rows.map((row) => ({ ...row, passed: row.passed === 'true' })),
    };
  }
}

/** Every version by its number, with its state; none where no version was ever made. */
export async function knownDeployments(
  client: ClientBase,
): Promise<{ readonly id: number; readonly state: DeploymentState }[]> {
  if (!(await answers(client, 'select id, state from engine_deployments limit 1'))) return [];
  const { rows } = await client.query<{ id: string; state: DeploymentState }>(
    'select id, state from engine_deployments',
  );
  return rows.map(({ id, state }) => ({ id: Number(id), state }));
}

function read(row: Row): StoredDeployment {
  const names = JSON.parse(row.names) as Pick<StoredDeployment, 'ids' | 'subscribed'>;
  return {
    id: Number(row.id),
    ...{ state: row.state, wanted: row.wanted, owner: row.owner, host: row.host, message: row.message },
    pid: Number(row.pid),
    startedAt: new Date(row.started_at),
    changedAt: new Date(row.changed_at),
    oldFiles: JSON.parse(row.old_files) as Deployment['oldFiles'],
    newFiles: JSON.parse(row.new_files) as Deployment['newFiles'],
    plan: JSON.parse(row.plan) as Plan,
    progress: null,
    ...names,
  };
}
