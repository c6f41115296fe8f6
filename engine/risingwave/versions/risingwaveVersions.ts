import type pg from 'pg';
import { Catalog } from '../../catalog/catalog.ts';
import type { Clock } from '../../clock.ts';
import type { Audit, Invariant } from '../../versions/audit.ts';
import {
  type Deployment,
  DeploymentBusy,
  DeploymentRefused,
  type DeploymentState,
  type Files,
  type Owner,
  otherFiles,
  publishedFiles,
  type Wanted,
} from '../../versions/deployment.ts';
import { catalogOf } from '../../versions/files.ts';
import type { Holder } from '../../versions/holder.ts';
import type { Cost, Plan } from '../../versions/plan.ts';
import {
  type BringOptions,
  type CompareOptions,
  describeBusy,
  type VersionHistory,
  type Versions,
  type ViewDiff,
} from '../../versions/versions.ts';
import { pendingStatements } from '../apply.ts';
import { wantedObjects } from '../deployed.ts';
import { deployedName } from '../documentation.ts';
import type { RisingwaveOptions } from '../statements.ts';
import { auditRows } from './audits.ts';
import { compareVersions } from './compare.ts';
import { readDeployedCatalog } from './deployedCatalog.ts';
import { readHolder } from './lock.ts';
import { readIds } from './names.ts';
import { otherName, rebuiltViews, versionRefusals, versionStatements } from './steps.ts';
import { DeploymentStore } from './store.ts';
import { VersionWork } from './work.ts';

/** Versions on RisingWave: who asks for something does it, statement after statement; dead on the way, the next one goes on. */
export class RisingwaveVersions implements Versions {
  readonly goesOn = false;
  readonly testUrl = null;
  readonly #client: pg.Client;
  readonly #url: string;
  readonly #options: RisingwaveOptions;
  readonly #clock: Clock;
  readonly #store: DeploymentStore;

  constructor(client: pg.Client, url: string, options: RisingwaveOptions, clock: Clock) {
    this.#client = client;
    this.#url = url;
    this.#options = options;
    this.#clock = clock;
    this.#store = new DeploymentStore(client, () => clock.now());
  }

  /** A sink without its connector is made nowhere. */
  here(catalog: Catalog): Catalog {
    const wanted = wantedObjects(catalog, this.#options.environment);
    return new Catalog(
      catalog.objects.filter((object) => object.dialect !== 'postgres' && wanted.has(deployedName(object))),
    );
  }

  deployed(): Promise<Catalog | null> {
    return readDeployedCatalog(this.#client);
  }

  /** The rows of the views as they are; how long building takes RisingWave is not known. */
  async costs(views: readonly string[]): Promise<(view: string) => Cost> {
    const deployed = await this.deployed();
    const rows = new Map<string, number>();
    for (const view of views) {
      if (deployed?.find(view) === undefined) continue;
      const answer = await this.#client.query<{ rows: string }>(`select count(*) as rows from ${view}`);
      rows.set(view, Number(answer.rows[0]?.rows));
    }
    return (view) => ({ rows: rows.get(view) ?? 0, seconds: null });
  }

  refusals(before: Catalog, after: Catalog): readonly string[] {
    return before.objects.length === 0 ? [] : versionRefusals(before, after);
  }

  async statements(after: Catalog): Promise<readonly string[]> {
    const before = await this.deployed();
    if (before === null) {
      const { statements } = await pendingStatements(this.#client, after, this.#options);
      return statements.map(({ sql }) => `${sql};`);
    }
    const { refusals: _, ...steps } = versionStatements(before, this.here(after), this.#options);
    const wanted = Object.values(steps).some((list) =>
      list.some((sql) => /^(create|alter|drop|insert)/.test(sql)),
    );
    if (!wanted) return [];
    return Object.entries(steps).flatMap(([step, list]) => [`-- ${step}`, ...list.map((sql) => `${sql};`)]);
  }

  active(): Promise<Deployment | null> {
    return this.#store.active();
  }

  async holder(): Promise<Holder | null> {
    return (await this.deployed()) === null ? null : readHolder(this.#client, this.#clock);
  }

  async add(by: Owner, plan: Plan, files: { readonly old: Files; readonly new: Files }): Promise<number> {
    await this.#store.prepare();
    const other = await this.#store.active();
    if (other !== null) throw new DeploymentBusy(describeBusy(other));
    await this.#refuseLeftOvers(catalogOf(files.old), catalogOf(files.new));
    const [id, now] = [await this.#store.nextId(), new Date(this.#clock.now())];
    const texts = { plan, oldFiles: files.old, newFiles: files.new };
    const state = { state: 'building' as const, wanted: null, progress: null, message: null };
    const times = { startedAt: now, changedAt: now };
    await this.#store.save(
      { id, ...by, ...state, ...times, ...texts, ids: {}, subscribed: [] },
      'building',
      `${by.owner}@${by.host}`,
    );
    return id;
  }

  async planOf(id: number): Promise<Plan> {
    return (await this.#found(id)).plan;
  }

  async bring(
    id: number,
    wanted: Wanted | null,
    by: Owner,
    states: readonly DeploymentState[],
    options: BringOptions = {},
  ): Promise<Deployment> {
    const work = new VersionWork(this.#client, this.#url, this.#options, this.#store, by);
    const deployment = await this.#found(id);
    const brought = await work.bring(deployment, wanted, options);
    if (!states.includes(brought.state) && !options.signal?.aborted)
      throw new DeploymentRefused(`version ${id} is ${brought.state.replace('_', ' ')}`);
    return brought;
  }

  async passed(id: number, by: Owner): Promise<void> {
    await this.#store.save({ ...(await this.#found(id)), state: 'audited' }, 'audited', by.owner);
  }

  async audit(deployment: Deployment, invariants: readonly Invariant[]): Promise<Audit[]> {
    const [before, after] = [catalogOf(publishedFiles(deployment)), catalogOf(otherFiles(deployment))];
    return auditRows(this.#client, before, after, invariants);
  }

  recordAudits(id: number, audits: readonly Audit[]): Promise<void> {
    return this.#store.recordAudits(id, audits);
  }

  compare(deployment: Deployment, options: CompareOptions): Promise<ViewDiff[]> {
    const [published, other] = [publishedFiles(deployment), otherFiles(deployment)].map(catalogOf);
    if (!published || !other) throw new TypeError('a version without files');
    return compareVersions(this.#client, { published, other }, options);
  }

  history(): Promise<VersionHistory[]> {
    return this.#store.history();
  }

  async #found(id: number) {
    const deployment = await this.#store.find(id);
    if (deployment === null) throw new DeploymentRefused(`version ${id} is gone`);
    return deployment;
  }

  /** What has the name of a new version and is of none would be taken for it. */
  async #refuseLeftOvers(before: Catalog, after: Catalog): Promise<void> {
    const ids = await readIds(this.#client);
    const names = rebuiltViews(before, after).map(({ name }) => otherName(name));
    const left = names.filter((name) => ids.has(name));
    if (left.length > 0)
      throw new DeploymentRefused(
        `${left.join(', ')} is there, and belongs to no version: drop it on RisingWave, then apply again`,
      );
  }
}
