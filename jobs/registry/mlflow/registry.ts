import type { ClientBase, Pool } from 'pg';
import type { Clock } from '../../../engine/clock.ts';
import type { Bundle } from '../bundle.ts';
import { type PackedBundle, packBundle, unpackBundle } from '../bundleFiles.ts';
import { NotPossible, prunedError } from '../errors.ts';
import { ModelTable } from '../modelTable.ts';
import { forgetOld } from '../prunable.ts';
import { type Alias, checkName, type Decision, type RegisteredModel } from '../registeredModel.ts';
import type { Change, Registry } from '../registry.ts';
import { download, pathOf, upload } from './artifacts.ts';
import { MlflowClient, type MlflowRun } from './client.ts';
import { syncModels } from './sync.ts';

export interface MlflowRegistryOptions {
  readonly pool: Pool;
  /** Address of the server, with user and password if it asks for them. */
  readonly uri: string;
  readonly clock: Clock;
}

/** Folder of a bundle below its run's files. */
const FOLDER = 'bundle';

/**
 * Models in MLflow: a run a version with its figures and files, a registered model a name, its aliases. The table `models` is
 * kept in step, so that SQL and scoring see what they see of a local registry.
 */
export class MlflowRegistry implements Registry {
  readonly #table: ModelTable;
  readonly #client: MlflowClient;

  constructor({ pool, uri, clock }: MlflowRegistryOptions) {
    this.#table = new ModelTable(pool, clock);
    this.#client = new MlflowClient(uri, clock);
  }

  get place(): string {
    return this.#client.http.address;
  }

  /** The row comes last: a version that only MLflow has is taken over by the next `sync`. */
  async register(name: string, bundle: Bundle): Promise<RegisteredModel> {
    checkName(name);
    const packed = packBundle(bundle);
    return this.#table.inTurn(name, async (client, profile) => {
      await this.#refuseLocal(client, name);
      await this.#table.nextVersion(client, name, bundle.description);
      const { version, source } = await this.#store(name, bundle, packed);
      const at = { name, version, artifact: source, artifactHash: packed.hash, createdAt: this.#table.now() };
      await this.#table.insert(client, profile, at, bundle.description);
      return this.#table.show(name, version, client);
    });
  }

  list(name: string | null): Promise<readonly RegisteredModel[]> {
    return this.#table.list(name);
  }

  show(name: string, which: number | Alias): Promise<RegisteredModel> {
    return this.#table.show(name, which);
  }

  serving(): Promise<readonly RegisteredModel[]> {
    return this.#table.serving();
  }

  async load(model: RegisteredModel): Promise<Bundle> {
    if (model.artifact === null) throw prunedError(model);
    const files = await download(this.#client.http, model.artifact, model.artifactHash);
    return unpackBundle(files, model.artifactHash, model.artifact);
  }

  /** Both or neither; where the connection breaks in between, MLflow's word counts at the next `sync`. */
  decide(change: Change): Promise<Decision> {
    const { name, version } = change;
    return this.#table.inTurn(name, async (client, profile) => {
      const before = await this.#table.show(name, version, client);
      const decision = await this.#table.decide(client, profile, change);
      if (decision.alias !== null && decision.alias !== before.alias)
        await this.#client.setAlias(name, decision.alias, version);
      if (before.alias !== null && decision.alias !== before.alias)
        await this.#client.deleteAlias(name, before.alias);
      return decision;
    });
  }

  history(name: string, limit: number): Promise<readonly Decision[]> {
    return this.#table.history(name, limit);
  }

  async prune(name: string, keep: number): Promise<readonly number[]> {
    const pruned = await forgetOld(this.#table, name, keep);
    // By what the table says, so that what an earlier pruning left over goes too.
    const models = await this.#table.list(name);
    const gone = new Set(models.filter(({ artifact }) => artifact === null).map(({ version }) => version));
    for (const { version, source } of await this.#client.versions(name)) {
      if (!gone.has(version)) continue;
      await this.#client.http.deleteFiles(pathOf(source));
      await this.#client.deleteVersion(name, version);
    }
    return pruned;
  }

  /** Takes over versions and aliases that were changed in MLflow. */
  sync(): Promise<readonly string[]> {
    return syncModels(this.#table, this.#client);
  }

  async #store(
    name: string,
    bundle: Bundle,
    packed: PackedBundle,
  ): Promise<{ version: number; source: string }> {
    const { description } = bundle;
    const experiment = await this.#client.experiment(`tickwave/${name}`);
    const run = await this.#client.startRun(experiment, `${name} ${description.trainedTo}`);
    try {
      const source = `${run.artifactUri}/${FOLDER}`;
      await upload(this.#client.http, source, packed);
      await this.#describe(run, bundle);
      await this.#client.endRun(run.runId, 'FINISHED');
      await this.#client.ensureModel(name);
      const { version } = await this.#client.createVersion(name, source, run.runId, packed.hash);
      return { version, source };
    } catch (error) {
      // What went wrong is what counts; a run that cannot be ended stays marked as running.
      await this.#client.endRun(run.runId, 'FAILED').catch(() => undefined);
      throw error;
    }
  }

  async #describe({ runId }: MlflowRun, { description }: Bundle): Promise<void> {
    const { metrics, parameters, algorithm, horizonMinutes, datasetHash, sqlHash, trainedFrom, trainedTo } =
      description;
    const known = Object.entries(metrics).flatMap(([key, value]) =>
      value === null ? [] : [[key, value] as const],
    );
    const facts = { algorithm, horizonMinutes, datasetHash, sqlHash, trainedFrom, trainedTo, ...parameters };
    const params = Object.entries(facts).map(([key, value]) => [key, String(value).slice(0, 6000)] as const);
    await this.#client.log(runId, known, params);
  }

  async #refuseLocal(client: ClientBase, name: string): Promise<void> {
    const models = await this.#table.list(name, client);
    const local = models.find(
      ({ artifact }) => artifact !== null && !artifact.startsWith('mlflow-artifacts:'),
    );
    if (local !== undefined)
      throw new NotPossible(
        `${name} has versions in a folder, such as ${local.version}, whose numbers MLflow would give again;`,
        'use another name for models in MLflow.',
      );
  }
}
