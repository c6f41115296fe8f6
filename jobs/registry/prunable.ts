import type { ModelTable } from './modelTable.ts';
import { checkName, type Decision, type RegisteredModel } from './registeredModel.ts';
import { championBefore } from './registry.ts';
import { standsInFor } from './standIn.ts';

/** Decisions of a name that are looked through for the champion before. */
const MOST_DECISIONS = 1000;

/**
 * Takes the files of old versions out of the table; they themselves are the registry's to delete.
 *
 * @returns versions whose files may go
 * @throws BadModelName
 */
export function forgetOld(table: ModelTable, name: string, keep: number): Promise<readonly number[]> {
  checkName(name);
  return table.inTurn(name, async (client, profile) => {
    const models = await table.list(name, client);
    const versions = prunable(models, await table.history(name, MOST_DECISIONS), keep);
    await table.forgetFiles(client, profile, name, versions);
    return versions;
  });
}

/** Versions whose files may go: not among the newest `keep` that have files, not in service, and not what a rollback needs. */
export function prunable(
  models: readonly RegisteredModel[],
  history: readonly Decision[],
  keep: number,
): readonly number[] {
  // Whoever is stood in for comes back when its features do.
  const before = [championBefore(history, models), standsInFor(history, models)];
  return models
    .filter((model) => model.artifact !== null)
    .sort((a, b) => b.version - a.version)
    .slice(keep)
    .filter(({ alias, version }) => alias === null && !before.includes(version))
    .map(({ version }) => version);
}
