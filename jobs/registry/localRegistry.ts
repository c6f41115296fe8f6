import type { Pool } from 'pg';
import type { Clock } from '../../engine/clock.ts';
import type { Bundle } from './bundle.ts';
import { packBundle, unpackBundle } from './bundleFiles.ts';
import { prunedError } from './errors.ts';
import { ModelFolder } from './modelFolder.ts';
import { ModelTable } from './modelTable.ts';
import { forgetOld } from './prunable.ts';
import { type Alias, checkName, type Decision, type RegisteredModel } from './registeredModel.ts';
import type { Change, Registry } from './registry.ts';

export interface LocalRegistryOptions {
  /** Connections as the owner of the database. */
  readonly pool: Pool;
  /** Folder of the models, as `DATA_DIR/models`. */
  readonly folder: string;
  readonly clock: Clock;
}

/**
 * Models in the table `models` and files beside the database.
 *
 * @example
 * const registry = new LocalRegistry({ pool, folder: join(dataDir, 'models'), clock: systemClock });
 * const { version } = await registry.register('return-5m', bundle);
 */
export class LocalRegistry implements Registry {
  readonly #table: ModelTable;
  readonly #folder: ModelFolder;

  constructor({ pool, folder, clock }: LocalRegistryOptions) {
    this.#table = new ModelTable(pool, clock);
    this.#folder = new ModelFolder(folder);
  }

  get place(): string {
    return this.#folder.root;
  }

  async register(name: string, bundle: Bundle): Promise<RegisteredModel> {
    checkName(name);
    const packed = packBundle(bundle);
    return this.#table.inTurn(name, async (client, profile) => {
      const version = await this.#table.nextVersion(client, name, bundle.description);
      const artifact = this.#folder.artifactOf(name, version);
      await this.#folder.write(artifact, packed);
      const at = { name, version, artifact, artifactHash: packed.hash, createdAt: this.#table.now() };
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
    const files = await this.#folder.read(model.artifact, model.artifactHash);
    return unpackBundle(files, model.artifactHash, `${this.place}/${model.artifact}`);
  }

  decide(change: Change): Promise<Decision> {
    return this.#table.inTurn(change.name, (client, profile) => this.#table.decide(client, profile, change));
  }

  history(name: string, limit: number): Promise<readonly Decision[]> {
    return this.#table.history(name, limit);
  }

  /** Rows first: a crash then leaves files that nobody asks for, and the next pruning takes them. */
  async prune(name: string, keep: number): Promise<readonly number[]> {
    const pruned = await forgetOld(this.#table, name, keep);
    // In turn again, for a version that is being written has no row yet.
    await this.#table.inTurn(name, async (client) => {
      const models = await this.#table.list(name, client);
      const kept = models.flatMap(({ artifact }) => (artifact === null ? [] : [artifact]));
      await this.#folder.keepOnly(name, new Set(kept));
    });
    return pruned;
  }

  async sync(): Promise<readonly string[]> {
    await this.#table.finishDecisions();
    return [];
  }
}
