import { eventTime } from '../eventTime.ts';
import { changedFeatures, readFeatureVersion } from '../registry/featureVersion.ts';
import { expiryOf, type RegisteredModel } from '../registry/registeredModel.ts';
import { standsInFor } from '../registry/standIn.ts';
import type { ReadDataset } from '../training/dataset/read.ts';
import { trainModel } from '../training/train.ts';
import type { RetrainRequest } from './request.ts';
import type { RetrainPlatform } from './retrain.ts';

/** Decisions of a name that are looked through for how its champion came to be. */
const MOST_DECISIONS = 1000;

/**
 * Whether a name has no champion, one that is the baseline itself and may be refreshed, one that has expired, or one whose features
 * changed.
 */
export async function needsBaseline(
  { registry, pool, expiryMs }: RetrainPlatform,
  name: string,
): Promise<boolean> {
  const champion = (await registry.list(name)).find(({ alias }) => alias === 'champion');
  if (champion === undefined || champion.algorithm === 'persistence') return true;
  if (changedFeatures(champion, await readFeatureVersion(pool)).length > 0) return true;
  return (await eventTime(pool)) >= expiryOf(champion, expiryMs);
}

/**
 * Makes the baseline of no change champion, with the interval and the share of rises that the history had: until something is
 * shown to be better, that is what can be said.
 */
export async function serveBaseline(
  { registry, algorithms, clock, pool }: RetrainPlatform,
  request: RetrainRequest,
  dataset: ReadDataset,
): Promise<RegisteredModel> {
  const settings = { ...request.settings, algorithm: 'persistence', parameters: {}, tuning: null } as const;
  const { bundle } = await trainModel({ dataset, algorithms, settings, clock });
  const { name, version } = await registry.register(request.name, bundle);
  const reasons = [
    'No champion that was trained is in service: predicting no change is what a model has to beat.',
  ];
  const models = await registry.list(request.name);
  const champion = models.find(({ alias }) => alias === 'champion');
  const changed = champion ? changedFeatures(champion, await readFeatureVersion(pool)) : [];
  const replaced =
    changed.length > 0
      ? champion?.version
      : standsInFor(await registry.history(request.name, MOST_DECISIONS), models);
  await registry.decide({
    ...{ name, version, action: 'promote', alias: 'champion', reasons },
    // Whoever it stands in for comes back when the features do.
    ...(typeof replaced === 'number' ? { evidence: { standsInFor: replaced, changed } } : {}),
  });
  return registry.show(name, version);
}
