import type { Pool } from 'pg';
import type { Clock } from '../../engine/clock.ts';
import { inTurn } from '../../engine/database/hold.ts';
import { rewriteRows } from '../../engine/database/rewriteRows.ts';
import { eventTime } from '../eventTime.ts';
import { type RetrainingDecision, recordDecision } from '../monitoring/retrainingDecision.ts';
import {
  changedFeatures,
  type FeatureVersion,
  fingerprintsOf,
  readFeatureVersion,
  someOf,
} from '../registry/featureVersion.ts';
import { expiryOf, type RegisteredModel } from '../registry/registeredModel.ts';
import type { Registry } from '../registry/registry.ts';
import { standsInFor, successorOf } from '../registry/standIn.ts';

export interface FeatureWatchOptions {
  /** Connections as the owner of the database; two are enough. */
  readonly pool: Pool;
  readonly registry: Pick<Registry, 'serving' | 'list' | 'history' | 'decide'>;
  readonly clock: Clock;
  /** How long training data is good for, in milliseconds of event time. */
  readonly expiryMs: number;
  /** Told in words what changed and what was decided. */
  readonly say: (sentence: string) => void;
}

/** Decisions of a name that are looked through for how its champion came to be. */
const MOST_DECISIONS = 1000;

/**
 * Keeps the registry in step with what features mean: marks models whose features changed, puts in who can predict meanwhile, puts the
 * former champion back when its features are back, and says what is to be trained. Any number may watch one database.
 */
export class FeatureWatch {
  readonly #options: FeatureWatchOptions;
  /** What was looked at last: a version of the features, and who was in service. */
  #seen = '';

  constructor(options: FeatureWatchOptions) {
    this.#options = options;
  }

  /** @returns names of models that are to be trained, since what they have in service does not fit the features there are */
  async look(): Promise<{ readonly stamp: string; readonly names: readonly string[] } | null> {
    const { pool, registry } = this.#options;
    const version = await readFeatureVersion(pool);
    // Where names go over to another version it is not known yet who fits.
    if (typeof version.stamp !== 'string') return null;
    const serving = await registry.serving();
    for (const model of serving) await this.#adopt(model, version);
    const seen = JSON.stringify([
      version.stamp,
      serving.map((model) => [model.name, model.version, model.alias]),
    ]);
    const names = [...new Set(serving.map(({ name }) => name))];
    if (seen !== this.#seen) await this.#mark(version);
    const wanting: string[] = [];
    for (const name of names) {
      const own = serving.filter((model) => model.name === name);
      if (await this.#settle(name, own, version, seen !== this.#seen)) wanting.push(name);
    }
    this.#seen = seen;
    return { stamp: version.stamp, names: wanting };
  }

  /** A model of before fingerprints were kept is taken to fit what it predicts from. */
  async #adopt({ name, version, algorithm, featureNames, ...model }: RegisteredModel, meant: FeatureVersion) {
    if (model.featureFingerprints !== null || algorithm === 'persistence') return;
    await this.#rewrite(name, version, {
      feature_fingerprints: JSON.stringify(fingerprintsOf(meant, featureNames)),
    });
    this.#options.say(
      `${name} ${version} was trained before it was remembered what features mean: it is taken to fit those there are`,
    );
  }

  /** Writes down of every version whether its features changed. */
  async #mark(meant: FeatureVersion): Promise<void> {
    const { registry, say } = this.#options;
    for (const model of await registry.list(null)) {
      const { name, version, alias } = model;
      const changed = changedFeatures(model, meant);
      if (changed.join() === (model.changedFeatures ?? []).join()) continue;
      const written = changed.length === 0 ? null : JSON.stringify(changed);
      await this.#rewrite(name, version, { changed_features: written });
      if (alias === null) continue;
      if (written === null) say(`${name} ${version} fits the features again`);
      else
        say(`${name} ${version} (${alias}) does not fit the features any more: ${someOf(changed)} changed`);
    }
  }

  /** In the turn of its name: where there is no update the whole row is written again, its alias with it. */
  async #rewrite(name: string, version: number, set: Readonly<Record<string, string | null>>): Promise<void> {
    const { pool, clock } = this.#options;
    await inTurn(pool, `tickwave model ${name}`, clock, (client, profile) =>
      rewriteRows(client, profile, {
        ...{ table: 'models', set },
        ...{ where: 'name = $1 and version = $2', values: [name, version] },
      }),
    );
  }

  /** Whether a name needs a training. Sees to its champion first. */
  async #settle(
    name: string,
    serving: readonly RegisteredModel[],
    meant: FeatureVersion,
    anew: boolean,
  ): Promise<boolean> {
    const unfit = serving.filter((model) => changedFeatures(model, meant).length > 0);
    const baseline = serving.some(
      ({ alias, algorithm }) => alias === 'champion' && algorithm === 'persistence',
    );
    // Only a change of features or of who is in service can change who is to be champion.
    if (unfit.some(({ alias }) => alias === 'champion') || (baseline && anew))
      await this.#succeed(name, meant);
    const alone =
      baseline && !serving.some((model) => model.alias === 'challenger' && !unfit.includes(model));
    if (unfit.length === 0 && !(alone && (await this.#standsIn(name)))) return false;
    await this.#decideToTrain(name, unfit, meant);
    return true;
  }

  async #standsIn(name: string): Promise<boolean> {
    const { registry } = this.#options;
    return standsInFor(await registry.history(name, MOST_DECISIONS), await registry.list(name)) !== null;
  }

  /** Makes champion who can be, where the present one can't predict or only stands in. */
  async #succeed(name: string, meant: FeatureVersion): Promise<void> {
    const { pool, registry, clock, expiryMs, say } = this.#options;
    const now = await eventTime(pool);
    await inTurn(pool, `tickwave features ${name}`, clock, async () => {
      const [models, history] = [await registry.list(name), await registry.history(name, MOST_DECISIONS)];
      const champion = models.find(({ alias }) => alias === 'champion');
      const usable = (model: RegisteredModel): boolean =>
        changedFeatures(model, meant).length === 0 && expiryOf(model, expiryMs) > now;
      const next = successorOf(history, models, usable);
      if (next === null || champion === undefined) return;
      const changed = changedFeatures(champion, meant);
      const back = next.version === standsInFor(history, models);
      const reason = back
        ? `The features that version ${next.version} was trained on are back.`
        : `The features of version ${champion.version} changed: ${someOf(changed)}. Predicting no change stands in for it.`;
      await registry.decide({
        ...{ name, version: next.version, alias: 'champion', reasons: [reason] },
        ...(back
          ? { action: 'rollback' }
          : { action: 'promote', evidence: { standsInFor: champion.version, changed } }),
      });
      say(`${name} ${next.version} is champion: ${reason}`);
    });
  }

  /** Written once for each version of the features. */
  async #decideToTrain(
    name: string,
    unfit: readonly RegisteredModel[],
    meant: FeatureVersion,
  ): Promise<void> {
    const { pool, clock } = this.#options;
    const through = await eventTime(pool);
    await inTurn(pool, `tickwave retraining ${name}`, clock, async (client, profile) => {
      const { rows } = await client.query<{ decision: number; version: number; evidence: string }>(
        'select decision, version, evidence from retraining_decisions where name = $1 order by decision desc limit 1',
        [name],
      );
      const [last] = rows;
      if (last?.evidence.includes(JSON.stringify(meant.stamp))) return;
      const [first] = unfit;
      const changed = first === undefined ? [] : changedFeatures(first, meant);
      const reason =
        changed.length === 0
          ? 'Its features changed, and only the baseline stands in for it.'
          : `Its features changed: ${someOf(changed)}.`;
      const decision: RetrainingDecision = {
        ...{ name, version: first?.version ?? last?.version ?? 0, action: 'retrain', reasons: [reason] },
        evidence: { features: { changed, stamp: meant.stamp } },
        judgedThrough: new Date(through).toISOString(),
      };
      await recordDecision(client, profile, clock, decision, last?.decision ?? 0);
    });
  }
}
