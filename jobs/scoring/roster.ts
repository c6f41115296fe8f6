import type { Clock } from '../../engine/clock.ts';
import type { Algorithms } from '../models/algorithms.ts';
import { said } from '../models/errors.ts';
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

  /** @param columns what `features` has */
  async refresh(columns: ReadonlySet<string>): Promise<Service> {
    const serving = await this.#options.registry.serving();
    this.#forget(new Set(serving.map(keyOf)));
    const models: ServingModel[] = [];
    const refused: Refusal[] = [];
    for (const registered of serving) {
      const bundle = await this.#bundle(registered);
      const reason = typeof bundle === 'string' ? bundle : missingFeatures(bundle, columns);
      if (typeof bundle !== 'string' && reason === null) models.push({ registered, bundle });
      else refused.push({ name: registered.name, version: registered.version, reason: reason ?? '' });
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

function missingFeatures({ description }: LoadedBundle, columns: ReadonlySet<string>): string | null {
  const missing = description.features.filter((name) => !columns.has(name));
  if (missing.length === 0) return null;
  const shown = missing.length > 5 ? `${missing.slice(0, 5).join(', ')}, …` : missing.join(', ');
  return `It was trained with ${shown}, which the view features does not have; put the column back in sql/features, or train the model again.`;
}
