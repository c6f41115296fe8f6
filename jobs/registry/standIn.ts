import type { Decision, RegisteredModel } from './registeredModel.ts';

/**
 * The version whose place the present champion takes only because the features of that one changed; null when the champion is there in
 * its own right.
 */
export function standsInFor(history: readonly Decision[], models: readonly RegisteredModel[]): number | null {
  const present = models.find(({ alias }) => alias === 'champion')?.version;
  const made = history.find(
    ({ version, alias, action }) => version === present && alias === 'champion' && action !== 'refuse',
  );
  const replaced = made?.evidence.standsInFor;
  return typeof replaced === 'number' ? replaced : null;
}

/**
 * Who takes the place of a champion that can't predict, or that only stands in: the one that it stands in for; else, for one that can't
 * predict, the newest baseline. Null when nobody can who is `usable`.
 */
export function successorOf(
  history: readonly Decision[],
  models: readonly RegisteredModel[],
  usable: (model: RegisteredModel) => boolean,
): RegisteredModel | null {
  const present = models.find(({ alias }) => alias === 'champion');
  if (present === undefined) return null;
  const others = models.filter((model) => model !== present && model.artifact !== null && usable(model));
  const replaced = standsInFor(history, models);
  const back = others.find(({ version }) => version === replaced);
  if (back !== undefined || usable(present)) return back ?? null;
  const baselines = others.filter(({ algorithm }) => algorithm === 'persistence');
  return baselines.sort((a, b) => b.version - a.version)[0] ?? null;
}
