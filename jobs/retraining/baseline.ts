import { expiryOf, type RegisteredModel } from '../registry/registeredModel.ts';
import type { ReadDataset } from '../training/dataset/read.ts';
import { trainModel } from '../training/train.ts';
import type { RetrainRequest } from './request.ts';
import type { RetrainPlatform } from './retrain.ts';

/** Whether a name has no champion, one that is the baseline itself and may be refreshed, or one that has expired. */
export async function needsBaseline(
  { registry, pool, expiryMs }: RetrainPlatform,
  name: string,
): Promise<boolean> {
  const champion = (await registry.list(name)).find(({ alias }) => alias === 'champion');
  if (champion === undefined || champion.algorithm === 'persistence') return true;
  const { rows } = await pool.query<{ now: number | null }>(
    'select (extract(epoch from max(event_time)) * 1000)::double precision as now from watermarks',
  );
  return (rows[0]?.now ?? 0) >= expiryOf(champion, expiryMs);
}

/**
 * Makes the baseline of no change champion, with the interval and the share of rises that the history had: until something is
 * shown to be better, that is what can be said.
 */
export async function serveBaseline(
  { registry, algorithms, clock }: RetrainPlatform,
  request: RetrainRequest,
  dataset: ReadDataset,
): Promise<RegisteredModel> {
  const settings = { ...request.settings, algorithm: 'persistence', parameters: {}, tuning: null } as const;
  const { bundle } = await trainModel({ dataset, algorithms, settings, clock });
  const { name, version } = await registry.register(request.name, bundle);
  const reasons = [
    'No champion that was trained is in service: predicting no change is what a model has to beat.',
  ];
  await registry.decide({ name, version, action: 'promote', alias: 'champion', reasons });
  return registry.show(name, version);
}
