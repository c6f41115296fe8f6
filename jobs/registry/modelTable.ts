import { readFileSync } from 'node:fs';
import type { ClientBase, Pool } from 'pg';
import type { Clock } from '../../engine/clock.ts';
import type { BundleDescription } from './bundle.ts';
import { BadBundle, prunedError, UnknownModel } from './errors.ts';
import { decisionOf, modelOf, modelValues, type Registration } from './modelRow.ts';
import type { Alias, Decision, RegisteredModel } from './registeredModel.ts';
import type { Change } from './registry.ts';

const sql = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
const FIND_MODELS = sql('findModels');
const INSERT_MODEL = sql('insertModel');
const INSERT_DECISION = sql('insertDecision');
const FIND_DECISIONS = sql('findDecisions');
const ENTER_SERVICE = sql('enterService');

type Queryable = Pick<ClientBase, 'query'> | Pick<Pool, 'query'>;

/** The tables `models` and `promotions`, the same for every registry. */
export class ModelTable {
  readonly #pool: Pool;
  readonly #clock: Clock;

  constructor(pool: Pool, clock: Clock) {
    this.#pool = pool;
    this.#clock = clock;
  }

  now(): string {
    return new Date(this.#clock.now()).toISOString();
  }

  async list(name: string | null, from: Queryable = this.#pool): Promise<readonly RegisteredModel[]> {
    return (await from.query(FIND_MODELS, [name, false])).rows.map(modelOf);
  }

  async serving(): Promise<readonly RegisteredModel[]> {
    const models = (await this.#pool.query(FIND_MODELS, [null, true])).rows.map(modelOf);
    return models.sort((a, b) => Number(b.alias === 'champion') - Number(a.alias === 'champion'));
  }

  async history(name: string, limit: number): Promise<readonly Decision[]> {
    return (await this.#pool.query(FIND_DECISIONS, [name, limit])).rows.map(decisionOf);
  }

  /** Keeps others from writing this name until the transaction ends. */
  async lock(client: ClientBase, name: string): Promise<void> {
    await client.query("select pg_advisory_xact_lock(hashtextextended('tickwave model ' || $1, 0))", [name]);
  }

  /** The version that a bundle gets. @throws BadBundle when it looks another time ahead than the versions before */
  async nextVersion(
    client: ClientBase,
    name: string,
    { horizonMinutes }: BundleDescription,
  ): Promise<number> {
    const [newest] = await this.list(name, client);
    if (newest !== undefined && newest.horizonMinutes !== horizonMinutes)
      throw new BadBundle(
        `${name} looks ${newest.horizonMinutes} minutes ahead and this bundle ${horizonMinutes};`,
        'give models of another horizon another name.',
      );
    return (newest?.version ?? 0) + 1;
  }

  async insert(client: ClientBase, at: Registration, description: BundleDescription): Promise<void> {
    await client.query(INSERT_MODEL, [...modelValues(at, description)]);
  }

  /** The version, or what has the alias. @throws UnknownModel */
  async show(name: string, which: number | Alias, from: Queryable = this.#pool): Promise<RegisteredModel> {
    const models = await this.list(name, from);
    const found = models.find(({ version, alias }) => which === version || which === alias);
    if (found !== undefined) return found;
    const known = models.map(({ version, alias }) => `${version}${alias === null ? '' : ` (${alias})`}`);
    throw new UnknownModel(
      `The model ${name} has no ${typeof which === 'number' ? `version ${which}` : which};`,
      known.length === 0
        ? 'no version of it is registered: train it first.'
        : `it has the versions ${known.join(', ')}.`,
    );
  }

  /** Writes a decision down and carries it out. The caller holds the lock of the name. @throws UnknownModel, NotPossible */
  async decide(client: ClientBase, change: Change): Promise<Decision> {
    const { name, version, action } = change;
    const model = await this.show(name, version, client);
    const alias = action === 'refuse' ? model.alias : change.alias;
    if (alias !== null && model.artifact === null) throw prunedError(model);
    const now = this.now();
    const previous = action === 'refuse' ? null : await this.#pass(client, model, alias, now);
    const evidence = change.evidence ?? {};
    const { rows } = await client.query<{ decision: number }>(INSERT_DECISION, [
      ...[name, version, action, alias, previous],
      ...[JSON.stringify(change.reasons), JSON.stringify(evidence), now],
    ]);
    const { reasons } = change;
    const decision = rows[0]?.decision ?? 0;
    return {
      name,
      decision,
      version,
      action,
      alias,
      previousVersion: previous,
      reasons,
      evidence,
      decidedAt: now,
    };
  }

  async forgetFiles(client: ClientBase, name: string, versions: readonly number[]): Promise<void> {
    await client.query('update models set artifact = null where name = $1 and version = any($2::int[])', [
      name,
      versions,
    ]);
  }

  /** Gives the alias to the version; gives back who had it. */
  async #pass(
    client: ClientBase,
    { name, version, alias: before }: RegisteredModel,
    alias: Alias | null,
    now: string,
  ): Promise<number | null> {
    const { rows: left } = await client.query<{ version: number }>(
      'update models set alias = null, alias_changed_at = $4 where name = $1 and alias = $2 and version <> $3 returning version',
      [name, alias, version, now],
    );
    if (before !== alias)
      await client.query(
        'update models set alias = $3, alias_changed_at = $4 where name = $1 and version = $2',
        [name, version, alias, now],
      );
    if (before === null && alias !== null) await client.query(ENTER_SERVICE, [name, version, now]);
    // Out of service nothing is missed: whoever comes back begins at the event time of then.
    const out = [...left.map((row) => row.version), ...(alias === null ? [version] : [])];
    await client.query('delete from scoring_progress where model = $1 and version = any($2::int[])', [
      name,
      out,
    ]);
    return left[0]?.version ?? null;
  }
}
