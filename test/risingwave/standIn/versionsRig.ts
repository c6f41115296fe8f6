import type pg from 'pg';
import { buildCatalog, type Catalog } from '../../../engine/catalog/catalog.ts';
import { systemClock } from '../../../engine/clock.ts';
import { applyMissing } from '../../../engine/risingwave/apply.ts';
import { connect } from '../../../engine/risingwave/connection.ts';
import { RisingwaveVersions } from '../../../engine/risingwave/versions/risingwaveVersions.ts';
import type { Deployment, DeploymentState, Wanted } from '../../../engine/versions/deployment.ts';
import { filesOf } from '../../../engine/versions/files.ts';
import { planChanges } from '../../../engine/versions/plan.ts';
import type { EmptyDatabase } from '../cluster.ts';
import { standInCluster } from './standInCluster.ts';

export const FILES: Readonly<Record<string, string>> = {
  'landing/ticks.sql': `-- Ticks: one row per place and id.
create table ticks (
  place varchar,
  id bigint,
  at timestamptz,
  price numeric,
  primary key (place, id)
) on conflict do nothing;`,
  'candles/minutes.sql': `-- Minutes: one row per place and minute.
-- grain: place, minute
create materialized view minutes as
select place, date_trunc('minute', at) as minute, sum(price) as total from ticks group by place, date_trunc('minute', at);`,
  'candles/latest.sql': `-- The latest: one row per place and minute.
create view latest as
select minutes.place, minutes.minute, minutes.total from minutes;`,
  'candles/places.sql': `-- Places: one row per place; the sum of it.
-- grain: place
create materialized view places as
select latest.place, sum(latest.total) as total from latest group by latest.place;`,
  'candles/others.sql': `-- Others: one row per place.
-- grain: place
create materialized view others as
select place, count(*) as ticks from ticks group by place;`,
};

/** Every sum doubled; a view more, and one less. */
export const CHANGED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(FILES).filter(([file]) => file !== 'candles/others.sql')),
  'candles/minutes.sql': (FILES['candles/minutes.sql'] ?? '').replace('sum(price)', 'sum(price) * 2'),
  'candles/more.sql': `-- More: one row per place.
-- grain: place
create materialized view more as
select place, max(total) as most from minutes group by place;`,
};

export const catalogOf = (files: Readonly<Record<string, string>>): Catalog =>
  buildCatalog(new Map(Object.entries(files)));

export const OPTIONS = { environment: {} };
export const BY = { owner: 'ann', host: 'desk', pid: 1 };

/** The process ended at a statement. */
export class Died extends Error {
  override readonly name = 'Died';
}

/** A database with a small sql/ on what stands in for RisingWave. */
export class VersionsRig {
  readonly database: EmptyDatabase;
  readonly client: pg.Client;

  private constructor(database: EmptyDatabase, client: pg.Client) {
    this.database = database;
    this.client = client;
  }

  static async open(): Promise<VersionsRig> {
    const database = await standInCluster().empty();
    const client = await connect(database.url, 'tickwave test');
    await applyMissing(client, catalogOf(FILES), { ...OPTIONS, subscribed: ['places'] });
    return new VersionsRig(database, client);
  }

  async write(place: string, ids: readonly number[]): Promise<void> {
    const rows = ids.map((id) => `('${place}', ${id}, '2026-01-01T00:00:00Z', 1.5)`);
    await this.client.query(`insert into ticks values ${rows.join(', ')}`);
    await this.client.query('flush');
  }

  async sum(view: 'minutes' | 'latest' | 'places'): Promise<number> {
    const { rows } = await this.client.query<{ sum: string }>(`select sum(total) as sum from ${view}`);
    return Number(rows[0]?.sum);
  }

  /** Does what a verb does, and dies `at` a statement; without it, never. False when it died. */
  async verb(
    wanted: Wanted | 'apply',
    state: DeploymentState,
    at = Number.POSITIVE_INFINITY,
    moment: 'before' | 'after' = 'before',
  ): Promise<boolean> {
    const client = await connect(this.database.url, 'tickwave verb');
    try {
      const dying = mortal(client, at, moment);
      const versions = new RisingwaveVersions(dying, this.database.url, OPTIONS, systemClock);
      const deployment = (await versions.active()) ?? (await this.#begun(versions, wanted));
      if (deployment?.state === 'built' && wanted === 'promote') await versions.passed(deployment.id, BY);
      if (deployment !== null && (deployment.state !== state || deployment.wanted !== null))
        await versions.bring(deployment.id, wanted === 'apply' ? null : wanted, BY, [state]);
      return true;
    } catch (error) {
      if (died(error)) return false;
      throw error;
    } finally {
      await client.end().catch(() => {});
    }
  }

  /** A verb, killed at a statement and run again until it is done. */
  async survive(
    wanted: Wanted | 'apply',
    state: DeploymentState,
    at: number,
    moment: 'before' | 'after',
  ): Promise<number> {
    if (await this.verb(wanted, state, at, moment)) return 0;
    if (!(await this.verb(wanted, state))) throw new Error('nothing kills the second one');
    return 1;
  }

  async #begun(versions: RisingwaveVersions, wanted: Wanted | 'apply'): Promise<Deployment | null> {
    if (wanted !== 'apply') return null;
    const [before, after] = [await versions.deployed(), catalogOf(CHANGED)];
    if (before === null) throw new Error('nothing is deployed');
    const files = { old: filesOf(before), new: filesOf(versions.here(after)) };
    await versions.add(BY, planChanges({ before, after }), files);
    return versions.active();
  }

  async close(): Promise<void> {
    await this.client.end();
    await this.database.drop();
  }
}

/** A connection whose owner dies at its nth statement, before or after RisingWave took it. */
function mortal(client: pg.Client, at: number, moment: 'before' | 'after'): pg.Client {
  let count = 0;
  const query = async (text: string, values?: unknown[]): Promise<unknown> => {
    const fatal = ++count === at;
    if (count > at || (fatal && moment === 'before')) throw new Died();
    const answer = await client.query(text, values);
    if (fatal) throw new Died();
    return answer;
  };
  return new Proxy(client, {
    get: (target, name) => (name === 'query' ? query : Reflect.get(target, name)),
  });
}

function died(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof Died) return true;
  return false;
}
