import { readFileSync } from 'node:fs';
import type { ClientBase, Pool } from 'pg';
import type { Clock } from '../../engine/clock.ts';
import { engineOf } from '../../engine/database/engineOf.ts';
import { inTurn } from '../../engine/database/hold.ts';
import { rewriteRows } from '../../engine/database/rewriteRows.ts';
import { rowLimit } from '../../engine/database/rowLimit.ts';
import type { Work } from '../../engine/database/transaction.ts';
import { flush, type Queryable, writeRows } from '../../engine/database/writeRows.ts';
import type { EngineProfile } from '../../engine/profile.ts';
import { type AliasChange, carryOut, isCarriedOut, oneHolderEach } from './aliases.ts';
import type { BundleDescription } from './bundle.ts';
import { BadBundle, prunedError, UnknownModel } from './errors.ts';
import { decisionOf, modelOf, type Registration, registrationRow } from './modelRow.ts';
import type { Alias, Decision, RegisteredModel } from './registeredModel.ts';
import type { Change } from './registry.ts';

const sql = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
const FIND_MODELS = sql('findModels');
const FIND_DECISIONS = sql('findDecisions');
const FIND_LAST_DECISIONS = sql('findLastDecisions');

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
    return oneHolderEach((await from.query(FIND_MODELS, [name, false])).rows.map(modelOf));
  }

  async serving(): Promise<readonly RegisteredModel[]> {
    const models = oneHolderEach((await this.#pool.query(FIND_MODELS, [null, true])).rows.map(modelOf));
    return models
      .filter(({ alias }) => alias !== null)
      .sort((a, b) => Number(b.alias === 'champion') - Number(a.alias === 'champion'));
  }

  async history(name: string, limit: number): Promise<readonly Decision[]> {
    return (await this.#pool.query(`${FIND_DECISIONS} limit ${rowLimit(limit)}`, [name])).rows.map(
      decisionOf,
    );
  }

  /** Runs the work while nobody else writes this name, in one transaction where the engine has any. */
  inTurn<T>(name: string, work: Work<T>): Promise<T> {
    return inTurn(this.#pool, `tickwave model ${name}`, this.#clock, async (client, profile) => {
      if (!profile.transactions) await this.#finish(client, profile, name);
      return work(client, profile);
    });
  }

  /** Carries out decisions that were written down and then not carried out, as a crash leaves them where there are no transactions. */
  async finishDecisions(): Promise<void> {
    if ((await engineOf(this.#pool)).transactions) return;
    for (const decision of await this.#lastDecisions(this.#pool, null))
      if (!isCarriedOut(decision, await this.#holders(this.#pool, decision.name)))
        // Its turn begins with just that.
        await this.inTurn(decision.name, async () => undefined);
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

  async insert(
    client: ClientBase,
    profile: EngineProfile,
    at: Registration,
    description: BundleDescription,
  ): Promise<void> {
    await writeRows(client, profile, 'models', [registrationRow(at, description)]);
    await flush(client, profile);
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

  /** Writes a decision down and carries it out. The caller has the turn of the name. @throws UnknownModel, NotPossible */
  async decide(client: ClientBase, profile: EngineProfile, change: Change): Promise<Decision> {
    const { name, version, action, reasons } = change;
    const model = await this.show(name, version, client);
    const alias = action === 'refuse' ? model.alias : change.alias;
    if (alias !== null && model.artifact === null) throw prunedError(model);
    const others = (await this.list(name, client)).filter((one) => one.version !== version);
    const holder = others.find((one) => alias !== null && one.alias === alias)?.version ?? null;
    const previousVersion = action === 'refuse' ? null : holder;
    const evidence = change.evidence ?? {};
    const decidedAt = this.now();
    const decision = ((await this.#lastNumber(client, name)) ?? 0) + 1;
    // Written down first: what a crash leaves undone is done by the next turn.
    await writeRows(client, profile, 'promotions', [
      {
        ...{ name, decision, version, action, alias, previous_version: previousVersion },
        ...{ reasons: JSON.stringify(reasons), evidence: JSON.stringify(evidence), decided_at: decidedAt },
      },
    ]);
    await flush(client, profile);
    const models = await this.#holders(client, name);
    if (action !== 'refuse') await carryOut(client, profile, { name, version, alias, at: decidedAt }, models);
    return { name, decision, version, action, alias, previousVersion, reasons, evidence, decidedAt };
  }

  async forgetFiles(
    client: ClientBase,
    profile: EngineProfile,
    name: string,
    versions: readonly number[],
  ): Promise<void> {
    await rewriteRows(client, profile, {
      ...{ table: 'models', set: { artifact: null } },
      ...{ where: 'name = $1 and version = any($2::int[])', values: [name, versions] },
    });
    await flush(client, profile);
  }

  async #finish(client: ClientBase, profile: EngineProfile, name: string): Promise<void> {
    const [last] = await this.#lastDecisions(client, name);
    if (last === undefined) return;
    const models = await this.#holders(client, name);
    if (!isCarriedOut(last, models)) await carryOut(client, profile, last, models);
  }

  /** What was decided last of one name or all that changed who has an alias. */
  async #lastDecisions(from: Queryable, name: string | null): Promise<readonly AliasChange[]> {
    const { rows } = await from.query(FIND_LAST_DECISIONS, [name]);
    return rows.map(decisionOf).map((row) => ({ ...row, at: row.decidedAt }));
  }

  /** Who has which alias, as it is written: two have one while a decision is being carried out. */
  async #holders(from: Queryable, name: string): Promise<readonly RegisteredModel[]> {
    return (await from.query(FIND_MODELS, [name, false])).rows.map(modelOf);
  }

  async #lastNumber(client: ClientBase, name: string): Promise<number | null> {
    const text = 'select max(decision) as last from promotions where name = $1';
    return (await client.query<{ last: number | null }>(text, [name])).rows[0]?.last ?? null;
  }
}
