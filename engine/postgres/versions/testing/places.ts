import pg from 'pg';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.ts';
import { buildCatalog, type Catalog } from '../../../catalog/catalog.ts';
import { Engine, type EngineOptions } from '../../../engine.ts';
import type { Deployment, DeploymentState, Wanted } from '../../../versions/deployment.ts';
import { filesOf } from '../../../versions/files.ts';
import { planChanges } from '../../../versions/plan.ts';
import { verifyView } from '../../verify.ts';
import { addDeployment, findDeployment, setState, want } from '../deployments.ts';

/** Ticks of places, a chain of views over them, and a plain view on top. */
export const FILES: Readonly<Record<string, string>> = {
  ticks: `-- Ticks: one row per place and id.
create table ticks (
  place varchar,
  id bigint,
  at timestamptz,
  price numeric,
  primary key (place, id)
);`,
  minutes: `-- Minutes: one row per place and minute.
-- grain: place, minute
-- time: minute
create materialized view minutes as
select place, date_trunc('minute', at) as minute, sum(price) as total
from ticks where at is not null group by place, date_trunc('minute', at);`,
  changes: `-- Changes: one row per place and minute.
-- grain: place, minute
-- time: minute
create materialized view changes as
select place, minute, total, total - lag(total) over (partition by place order by minute) as change from minutes;`,
  places: `-- Places: one row per place.
-- grain: place
create materialized view places as
select place, count(*) as ticks from ticks group by place;`,
  latest: `-- The latest: one row per place and minute.
create view latest as
select changes.place, changes.minute, changes.change, minutes.total
from changes join minutes on minutes.place = changes.place and minutes.minute = changes.minute;`,
};

export type Changes = Readonly<Record<string, string | null>>;

export const BY = { owner: 'ann', host: 'desk', pid: 1 };

export function catalogWith(changed: Changes = {}): Catalog {
  const files = Object.entries({ ...FILES, ...changed });
  return buildCatalog(
    new Map(files.flatMap(([name, text]) => (text === null ? [] : [[`layer/${name}.sql`, text] as const]))),
  );
}

/** A database with an engine on it that the test opens and closes. */
export class Bench {
  readonly database: TestDatabase;
  readonly client: pg.Client;
  engine: Engine | null = null;

  private constructor(database: TestDatabase, client: pg.Client) {
    this.database = database;
    this.client = client;
  }

  static async make(): Promise<Bench> {
    const database = await testDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query("set timezone = 'UTC'; set search_path = public, compat");
    return new Bench(database, client);
  }

  async open(
    catalog: Catalog = catalogWith(),
    options: Partial<Pick<EngineOptions, 'clock' | 'freeBytes'>> = {},
  ): Promise<Engine> {
    this.engine = await Engine.open({ url: this.database.url, catalog, ...options });
    await this.engine.start();
    return this.engine;
  }

  async close(): Promise<void> {
    await this.engine?.stop();
    this.engine = null;
  }

  async remove(): Promise<void> {
    await this.close();
    await this.client.end();
    await this.database.drop();
  }

  async write(from: number, count: number, every = '7 seconds'): Promise<void> {
    await this.client.query(
      `insert into ticks (place, id, at, price)
       select 'place ' || n % 3, n, '2026-01-01 00:00:00+00'::timestamptz + n * $3::interval, n from generate_series($1::int, $2::int) as n`,
      [from, from + count - 1, every],
    );
  }

  /** Asks for a version and waits until it is built. */
  async apply(changed: Changes, before: Changes = {}): Promise<number> {
    const id = await this.ask(changed, before);
    await this.until(id, 'built');
    return id;
  }

  ask(changed: Changes, before: Changes = {}): Promise<number> {
    const [old, after] = [catalogWith(before), catalogWith(changed)];
    const files = { old: filesOf(old), new: filesOf(after) };
    return addDeployment(this.client, BY, planChanges({ before: old, after }), files);
  }

  /** Asks for a step and waits until it was taken. */
  async step(id: number, wanted: Wanted, state: DeploymentState): Promise<Deployment> {
    if (wanted === 'promote') await setState(this.client, id, 'audited', 'test');
    await want(this.client, id, wanted, 'test');
    return this.until(id, state);
  }

  async until(id: number, state: DeploymentState): Promise<Deployment> {
    for (;;) {
      const deployment = await findDeployment(this.client, id);
      if (deployment?.state === state) return deployment;
      if (deployment?.state === 'failed') throw new Error(deployment.message ?? 'failed');
      if (deployment?.wanted === null && deployment.state !== 'building' && deployment.message)
        throw new Error(deployment.message);
      const lost = this.engine?.status().lastError;
      if (lost) throw new Error(lost);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Every stored view of the layout, published or not, against its query. */
  async differences(): Promise<unknown[]> {
    if (this.engine === null) throw new TypeError('no engine');
    await this.engine.refresh();
    const found: unknown[] = [];
    for (const { name } of this.engine.layout.views)
      found.push(...[await verifyView(this.client, this.engine.layout, name)].filter((one) => one !== null));
    return found;
  }

  async rows(sql: string): Promise<unknown[]> {
    return (await this.client.query<Record<string, unknown>>(sql)).rows;
  }
}
