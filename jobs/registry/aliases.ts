import { readFileSync } from 'node:fs';
import type { ClientBase } from 'pg';
import { rewriteRows } from '../../engine/database/rewriteRows.ts';
import { flush, writeRows } from '../../engine/database/writeRows.ts';
import type { EngineProfile } from '../../engine/profile.ts';
import type { Alias, RegisteredModel } from './registeredModel.ts';

const FIND_BEGINNINGS = readFileSync(new URL('./sql/findBeginnings.sql', import.meta.url), 'utf8');

/** From this moment on the version has the alias, or none, and no other version of the name has it. */
export interface AliasChange {
  readonly name: string;
  readonly version: number;
  readonly alias: Alias | null;
  /** ISO 8601. */
  readonly at: string;
}

/**
 * Changes who has an alias, in an order in which a crash at any point can be done again: the new holder begins, gets the alias, then
 * the one before loses it. While two have it, `oneHolderEach` says which counts.
 *
 * @param models all versions of the name, as they are written
 */
export async function carryOut(
  client: ClientBase,
  profile: EngineProfile,
  change: AliasChange,
  models: readonly RegisteredModel[],
): Promise<void> {
  const { name, version, alias, at } = change;
  const before = models.find((model) => model.version === version)?.alias ?? null;
  if (before === null && alias !== null) await enterService(client, profile, change);
  if (before !== alias)
    await rewriteRows(client, profile, {
      ...{ table: 'models', set: { alias, alias_changed_at: at } },
      ...{ where: 'name = $1 and version = $2', values: [name, version] },
    });
  await flush(client, profile);
  const left = models.filter((model) => alias !== null && model.alias === alias && model.version !== version);
  const leaving = left.map((model) => model.version);
  if (leaving.length > 0)
    await rewriteRows(client, profile, {
      ...{ table: 'models', set: { alias: null, alias_changed_at: at } },
      ...{ where: 'name = $1 and version = any($2::int[])', values: [name, leaving] },
    });
  // Out of service nothing is missed: whoever comes back begins at the event time of then.
  await client.query('delete from scoring_progress where model = $1 and version = any($2::int[])', [
    name,
    alias === null ? [...leaving, version] : leaving,
  ]);
  await flush(client, profile);
}

/** Whether the tables say what was decided. */
export function isCarriedOut(change: AliasChange, models: readonly RegisteredModel[]): boolean {
  const { version, alias } = change;
  const wrong = (model: RegisteredModel): boolean =>
    model.version === version ? model.alias !== alias : alias !== null && model.alias === alias;
  return !models.some(wrong);
}

/** Of two versions of a name that have one alias, as a crash may leave them, the one that got it last has it. */
export function oneHolderEach(models: readonly RegisteredModel[]): RegisteredModel[] {
  const holders = new Map<string, RegisteredModel>();
  for (const model of models) {
    const key = JSON.stringify([model.name, model.alias]);
    const other = holders.get(key);
    if (other === undefined || (model.aliasChangedAt ?? '') > (other.aliasChangedAt ?? ''))
      holders.set(key, model);
  }
  return models.map((model) =>
    model.alias === null || holders.get(JSON.stringify([model.name, model.alias])) === model
      ? model
      : { ...model, alias: null },
  );
}

/** A version that comes into service begins where event time is: what is over by now it never predicts with hindsight. */
async function enterService(
  client: ClientBase,
  profile: EngineProfile,
  { name, version, at }: AliasChange,
): Promise<void> {
  const { rows } = await client.query<{ exchange: string; symbol: string; begins: Date; known: Date | null }>(
    FIND_BEGINNINGS,
    [name, version],
  );
  const begun = rows
    .filter(({ begins, known }) => known === null || known < begins)
    .map(({ exchange, symbol, begins }) => ({
      ...{ model: name, version, exchange, symbol, updated_at: at },
      ...{ starts_after: begins.toISOString(), scored_through: begins.toISOString() },
    }));
  await writeRows(client, profile, 'scoring_progress', begun);
}
