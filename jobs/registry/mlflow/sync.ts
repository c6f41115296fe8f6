import type { ClientBase } from 'pg';
import type { EngineProfile } from '../../../engine/profile.ts';
import { unpackBundle } from '../bundleFiles.ts';
import type { ModelTable } from '../modelTable.ts';
import type { Action, Alias, RegisteredModel } from '../registeredModel.ts';
import { download } from './artifacts.ts';
import { HASH_TAG, type MlflowClient, type MlflowModel } from './client.ts';

const ALIASES: readonly Alias[] = ['champion', 'challenger'];
const ACTIONS: Readonly<Record<Alias, Action>> = { champion: 'promote', challenger: 'challenge' };
const REASON = 'It was changed in MLflow.';

/** Brings `models` in step with MLflow, whose word counts. @returns sentences about what was taken over */
export async function syncModels(table: ModelTable, mlflow: MlflowClient): Promise<readonly string[]> {
  const changes: string[] = [];
  for (const { name } of await mlflow.models())
    await table.inTurn(name, async (client, profile) => {
      changes.push(...(await takeVersions(client, profile, table, mlflow, name)));
      // Asked in turn: what a decision of ours is just changing must not look like somebody else's.
      changes.push(...(await takeAliases(client, profile, table, await mlflow.model(name))));
    });
  return changes;
}

async function takeVersions(
  client: ClientBase,
  profile: EngineProfile,
  table: ModelTable,
  mlflow: MlflowClient,
  name: string,
): Promise<readonly string[]> {
  const known = new Set((await table.list(name, client)).map(({ version }) => version));
  const missing = (await mlflow.versions(name)).filter(({ version }) => !known.has(version));
  for (const { version, source, tags, creation_timestamp } of missing) {
    const artifactHash = tags.find(({ key }) => key === HASH_TAG)?.value ?? '';
    const bundle = unpackBundle(await download(mlflow.http, source, artifactHash), artifactHash, source);
    const createdAt = new Date(creation_timestamp).toISOString();
    await table.insert(
      client,
      profile,
      { name, version, artifact: source, artifactHash, createdAt },
      bundle.description,
    );
  }
  return missing.map(({ version }) => `${name} ${version} is taken over from MLflow.`);
}

async function takeAliases(
  client: ClientBase,
  profile: EngineProfile,
  table: ModelTable,
  { name, aliases }: MlflowModel,
): Promise<readonly string[]> {
  const changes: string[] = [];
  const named = (alias: Alias): number | null => aliases.find((one) => one.alias === alias)?.version ?? null;
  const champion = named('champion');
  // MLflow lets a version have both; here it is in service once.
  const challenger = named('challenger') === champion ? null : named('challenger');
  const there: Readonly<Record<Alias, number | null>> = { champion, challenger };
  const reasons = [REASON];
  for (const alias of ALIASES) {
    const version = there[alias];
    const models = await table.list(name, client);
    const holder = models.find((model) => model.alias === alias)?.version ?? null;
    if (version === holder) continue;
    if (version !== null && isUsable(models, version)) {
      await table.decide(client, profile, { name, version, action: ACTIONS[alias], alias, reasons });
      changes.push(`${name} ${version} is ${alias} since it was made so in MLflow.`);
    } else if (version === null && holder !== null) {
      await table.decide(client, profile, { name, version: holder, action: 'retire', alias: null, reasons });
      changes.push(`${name} ${holder} is no longer ${alias}: MLflow has taken the alias away.`);
    }
  }
  return changes;
}

function isUsable(models: readonly RegisteredModel[], version: number): boolean {
  return models.some((model) => model.version === version && model.artifact !== null);
}
