import type pg from 'pg';
import {
  ACTIVE,
  DeploymentRefused,
  type DeploymentState,
  type Owner,
  type Wanted,
} from '../../versions/deployment.ts';
import { catalogOf } from '../../versions/files.ts';
import type { BringOptions } from '../../versions/versions.ts';
import type { RisingwaveOptions } from '../statements.ts';
import { bothIds, readIds, subscribedViews } from './names.ts';
import { sendSteps } from './sender.ts';
import { rebuiltViews, type VersionSteps, versionSteps } from './steps.ts';
import type { DeploymentStore, StoredDeployment, ViewIds } from './store.ts';

/** States from which a version can be brought there. */
const FROM: Readonly<Record<Wanted, readonly DeploymentState[]>> = {
  promote: ['audited', 'rolled_back'],
  rollback: ['promoted'],
  cleanup: ACTIVE,
  cancel: ['building', 'built', 'audited', 'rolled_back'],
};

/** Does on RisingWave what a verb asks for. What is wanted is written down first, so that the next verb knows what was under way. */
export class VersionWork {
  readonly #client: pg.Client;
  readonly #url: string;
  readonly #options: RisingwaveOptions;
  readonly #store: DeploymentStore;
  readonly #by: string;

  constructor(client: pg.Client, url: string, options: RisingwaveOptions, store: DeploymentStore, by: Owner) {
    this.#client = client;
    this.#url = url;
    this.#options = options;
    this.#store = store;
    this.#by = `${by.owner}@${by.host}`;
  }

  /** As `Versions.bring`. */
  async bring(
    deployment: StoredDeployment,
    wanted: Wanted | null,
    options: BringOptions,
  ): Promise<StoredDeployment> {
    const underWay = deployment.wanted;
    if (underWay !== null && wanted !== underWay && (wanted === null || wanted === 'cancel'))
      throw new DeploymentRefused(
        `version ${deployment.id} is half way to ${underWay}; run \`tickwave ${underWay}\` again, or \`tickwave cleanup\``,
      );
    const { state } = deployment;
    if (wanted !== null && !FROM[wanted].includes(state))
      throw new DeploymentRefused(`a version that is ${state.replace('_', ' ')} can't ${wanted}`);
    switch (wanted) {
      case null:
        return deployment.state === 'building' ? this.#build(deployment, options) : deployment;
      case 'promote':
        return this.#publish(deployment, 'promote', options);
      case 'rollback':
        return this.#publish(deployment, 'rollback', options);
      case 'cancel':
      case 'cleanup':
        return this.#drop(deployment, wanted, options);
    }
  }

  async #build(deployment: StoredDeployment, options: BringOptions): Promise<StoredDeployment> {
    const { build } = this.#steps(deployment);
    await sendSteps(this.#client, build, {
      ...{ names: 'new', deployment },
      ...(options.signal ? { signal: options.signal } : {}),
      tell: ({ name, sql }, done, total) =>
        options.tell?.({
          share: done / total,
          rows: done,
          note: name === '' ? (sql.split('\n')[0] ?? '') : name,
        }),
    });
    if (options.signal?.aborted) return deployment;
    const views = rebuiltViews(catalogOf(deployment.oldFiles), catalogOf(deployment.newFiles));
    const ids = await bothIds(this.#client, views);
    return this.#save({ ...deployment, ids, state: 'built' }, 'built');
  }

  /** Names, then subscriptions and sinks, then what is said of it. */
  async #publish(
    deployment: StoredDeployment,
    verb: 'promote' | 'rollback',
    options: BringOptions,
  ): Promise<StoredDeployment> {
    const begun = await this.#begin(deployment, verb);
    const names = verb === 'promote' ? 'new' : 'old';
    await this.#send(begun, this.#steps(begun)[verb], names, options);
    const state = verb === 'promote' ? 'promoted' : 'rolled_back';
    return this.#save({ ...begun, state, wanted: null, subscribed: [] }, state);
  }

  /** What was published stays: names that are half way to another version are given back first. */
  async #drop(
    deployment: StoredDeployment,
    verb: 'cancel' | 'cleanup',
    options: BringOptions,
  ): Promise<StoredDeployment> {
    const old = deployment.state === 'promoted' && deployment.wanted !== 'rollback';
    const state: DeploymentState = old ? 'cleaned' : 'cancelled';
    const halfWay = !old && (await this.#halfWay(deployment));
    const given = halfWay ? await this.#publish(deployment, 'rollback', options) : deployment;
    const begun = await this.#save({ ...given, wanted: verb }, `${verb} wanted`);
    const steps = this.#steps(begun);
    await this.#send(begun, old ? steps.cleanup : steps.cancel, old ? 'new' : 'old', options);
    return this.#save({ ...begun, state, wanted: null }, state);
  }

  async #halfWay({ ids, wanted }: StoredDeployment): Promise<boolean> {
    if (wanted !== 'promote' && wanted !== 'rollback') return false;
    const now = await readIds(this.#client);
    return wanted === 'rollback' || Object.entries(ids).some(([name, both]) => now.get(name) === both.new);
  }

  /** Writes down what is wanted, with the subscriptions that have to follow: once the names have changed they tell nothing. */
  async #begin(deployment: StoredDeployment, verb: 'promote' | 'rollback'): Promise<StoredDeployment> {
    const views = rebuiltViews(catalogOf(deployment.oldFiles), catalogOf(deployment.newFiles));
    const subscribed = await subscribedViews(this.#url, views);
    const all = [...new Set([...deployment.subscribed, ...subscribed])];
    return this.#save({ ...deployment, wanted: verb, subscribed: all }, `${verb} wanted`);
  }

  #steps({ oldFiles, newFiles, subscribed }: StoredDeployment): VersionSteps {
    return versionSteps(catalogOf(oldFiles), catalogOf(newFiles), { ...this.#options, subscribed });
  }

  async #send(
    deployment: StoredDeployment,
    steps: VersionSteps[keyof VersionSteps],
    names: keyof ViewIds,
    { tell }: BringOptions,
  ): Promise<void> {
    await sendSteps(this.#client, steps, {
      ...{ deployment, names },
      tell: ({ how, sql }, done, total) => {
        if (how !== 'send') tell?.({ share: done / total, rows: done, note: sql.split('\n')[0] ?? '' });
      },
    });
  }

  async #save(deployment: StoredDeployment, event: string): Promise<StoredDeployment> {
    await this.#store.save(deployment, event, this.#by);
    return deployment;
  }
}
