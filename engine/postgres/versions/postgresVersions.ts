import type pg from 'pg';
import { Catalog } from '../../catalog/catalog.ts';
import type { Audit, Invariant } from '../../versions/audit.ts';
import {
  type Deployment,
  type DeploymentState,
  type Files,
  type Owner,
  otherFiles,
  publishedFiles,
  type Wanted,
} from '../../versions/deployment.ts';
import type { Holder } from '../../versions/holder.ts';
import type { Cost, Plan } from '../../versions/plan.ts';
import type {
  BringOptions,
  CompareOptions,
  VersionHistory,
  Versions,
  ViewDiff,
} from '../../versions/versions.ts';
import { auditRows, recordAudits } from './audits.ts';
import { compareVersions } from './compareVersions.ts';
import { readCosts } from './costs.ts';
import { readDeployedCatalog } from './deployedCatalog.ts';
import { activeDeployment, addDeployment, readPlan, setAudited, want } from './deployments.ts';
import { follow } from './follow.ts';
import { readHistory } from './history.ts';
import { readHolder } from './lock.ts';
import { buildStatements } from './statements.ts';
import { layoutOf } from './worker.ts';

/** Versions on PostgreSQL: what is wanted is written down, and the engine that runs does it. */
export class PostgresVersions implements Versions {
  readonly goesOn = true;
  readonly testUrl: string;
  readonly #client: pg.Client;

  /** @param client a connection to the database at the address */
  constructor(client: pg.Client, url: string) {
    this.#client = client;
    this.testUrl = url;
  }

  here(catalog: Catalog): Catalog {
    return new Catalog(catalog.objects.filter(({ dialect }) => dialect !== 'risingwave'));
  }

  deployed(): Promise<Catalog | null> {
    return readDeployedCatalog(this.#client);
  }

  async costs(): Promise<((view: string, reads: readonly string[]) => Cost) | null> {
    return (await this.deployed()) === null ? null : readCosts(this.#client);
  }

  refusals(): readonly string[] {
    return [];
  }

  async statements(after: Catalog): Promise<readonly string[]> {
    return (await buildStatements(this.testUrl, this.here(after))).map((statement) => `${statement};\n`);
  }

  active(): Promise<Deployment | null> {
    return activeDeployment(this.#client);
  }

  holder(): Promise<Holder | null> {
    return readHolder(this.#client);
  }

  add(by: Owner, plan: Plan, files: { readonly old: Files; readonly new: Files }): Promise<number> {
    return addDeployment(this.#client, by, plan, files);
  }

  planOf(id: number): Promise<Plan> {
    return readPlan(this.#client, id);
  }

  async bring(
    id: number,
    wanted: Wanted | null,
    by: Owner,
    states: readonly DeploymentState[],
    options: BringOptions = {},
  ): Promise<Deployment> {
    if (wanted !== null) await want(this.#client, id, wanted, by.owner);
    return follow(this.#client, id, states, options);
  }

  passed(id: number, by: Owner): Promise<void> {
    return setAudited(this.#client, id, by.owner);
  }

  audit(deployment: Deployment, invariants: readonly Invariant[]): Promise<Audit[]> {
    const layout = layoutOf(publishedFiles(deployment), otherFiles(deployment));
    return auditRows(this.#client, layout, invariants);
  }

  recordAudits(id: number, audits: readonly Audit[]): Promise<void> {
    return recordAudits(this.#client, id, audits);
  }

  compare(deployment: Deployment, { samples, views }: CompareOptions): Promise<ViewDiff[]> {
    const layout = layoutOf(publishedFiles(deployment), otherFiles(deployment));
    for (const name of views ?? []) layout.catalog.get(name);
    return compareVersions(this.#client, layout, { samples, ...(views ? { views } : {}) });
  }

  history(): Promise<VersionHistory[]> {
    return readHistory(this.#client);
  }
}
