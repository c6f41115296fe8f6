import type { Clock } from '../../engine/clock.ts';
import type { Algorithms } from '../models/algorithms.ts';
import { said } from '../models/errors.ts';
import { changedFeatures, type FeatureVersion, someOf } from '../registry/featureVersion.ts';
import { type LoadedBundle, loadBundle } from '../registry/loadedBundle.ts';
import type { RegisteredModel } from '../registry/registeredModel.ts';
import type { Registry } from '../registry/registry.ts';

/** A model in service that can be asked. */
export interface ServingModel {
  readonly registered: RegisteredModel;
  readonly bundle: LoadedBundle;
}

/** A model in service that does not predict, and why. */
export interface Refusal {
  readonly name: string;
  readonly version: number;
  readonly reason: string;
  /** Inputs that mean something else than when it was trained, if that is why; else empty. */
  readonly changed: readonly string[];
}

/** What predicts at the moment. */
export interface Service {
  readonly models: readonly ServingModel[];
  readonly refused: readonly Refusal[];
}

/** Milliseconds until a model that could not be loaded is tried again. */
const RETRY_MS = 60_000;

export interface RosterOptions {
  readonly registry: Pick<Registry, 'serving' | 'load'>;
  readonly algorithms: Pick<Algorithms, 'available' | 'unavailable'>;
  readonly clock: Clock;
}

/** The models in service, loaded once each. One that cannot be used is refused, and the others go on. */
export class Roster {
  readonly #options: RosterOptions;
  #loaded = new Map<string, LoadedBundle>();
  #failed = new Map<string, { readonly reason: string; readonly at: number }>();

  constructor(options: RosterOptions) {
    this.#options = options;
  }

  /**
   * @param columns what `features` has
   * @param meant what these mean: a model that learned from others is refused
   */
  async refresh(columns: ReadonlySet<string>, meant: FeatureVersion): Promise<Service> {
    const serving = await this.#options.registry.serving();
    this.#forget(new Set(serving.map(keyOf)));
    const models: ServingModel[] = [];
    const refused: Refusal[] = [];
    for (const registered of serving) {
      const { name, version } = registered;
      const changed = changedFeatures(registered, meant);
      const bundle = await this.#bundle(registered);
      const reason = typeof bundle === 'string' ? bundle : whyNot(bundle, columns, changed);
      if (typeof bundle !== 'string' && reason === null) models.push({ registered, bundle });
      else refused.push({ name, version, reason: reason ?? '', changed });
    }
    return { models, refused };
  }

  /** The loaded bundle, or why there is none. */
  async #bundle(registered: RegisteredModel): Promise<LoadedBundle | string> {
    const { registry, algorithms, clock } = this.#options;
    const key = keyOf(registered);
    const loaded = this.#loaded.get(key);
    if (loaded !== undefined) return loaded;
    const failed = this.#failed.get(key);
    if (failed !== undefined && clock.now() < failed.at + RETRY_MS) return failed.reason;
    try {
      const bundle = loadBundle(await registry.load(registered), algorithms);
      this.#loaded.set(key, bundle);
      this.#failed.delete(key);
      return bundle;
    } catch (error) {
      const reason = said(error);
      this.#failed.set(key, { reason, at: clock.now() });
      return reason;
    }
  }

  #forget(serving: ReadonlySet<string>): void {
    for (const known of [this.#loaded, this.#failed])
      for (const key of known.keys()) if (!serving.has(key)) known.delete(key);
  }
}

function keyOf({ name, version, artifactHash }: RegisteredModel): string {
  return `${name}/${version}/${artifactHash}`;
}

/** Why a model can't be asked with the features there are; null when it can. The baseline looks at none. */
function whyNot(
  { description }: LoadedBundle,
  columns: ReadonlySet<string>,
  changed: readonly string[],
): string | null {
  if (description.algorithm === 'persistence') return null;
  const missing = description.features.filter((name) => !columns.has(name));
  if (missing.length > 0)
    return `It was trained with ${someOf(missing)}, which the view features does not have; put the column back in sql/features, or train the model again.`;
  if (changed.length > 0)
    return `Its features changed since it was trained: ${someOf(changed)}. It waits until it is trained again, which \`tickwave start\` and \`tickwave score\` do by themselves, or for \`tickwave rollback\`.`;
  return null;
}
