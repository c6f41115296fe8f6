import type { Decision, RegisteredModel } from './registeredModel.ts';
import { championBefore } from './registry.ts';

/** Versions whose files may go: not among the newest `keep` that have files, not in service, and not what a rollback needs. */
export function prunable(
  models: readonly RegisteredModel[],
  history: readonly Decision[],
  keep: number,
): readonly number[] {
  const before = championBefore(history, models);
  return models
    .filter((model) => model.artifact !== null)
    .sort((a, b) => b.version - a.version)
    .slice(keep)
    .filter(({ alias, version }) => alias === null && version !== before)
    .map(({ version }) => version);
}
