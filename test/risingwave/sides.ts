import pg from 'pg';
import { type Catalog, loadCatalog } from '../../engine/catalog/catalog.ts';
import { Engine } from '../../engine/engine.ts';
import { POSTGRES, RISINGWAVE } from '../../engine/profile.ts';
import { connect } from '../../engine/risingwave/connection.ts';
import { RisingwaveEngine } from '../../engine/risingwave/engine.ts';
import type { BuildProgress } from '../../engine/risingwave/progress.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import type { Cluster, EmptyDatabase } from './cluster.ts';
import { type Comparison, compareView } from './compare.ts';
import { load } from './load.ts';
import type { LandingRow } from './recording.ts';
import { everyRefusal } from './refusals.ts';

/** Views that are small and new are built in less than half of the time without it. */
const SESSION = ['set streaming_use_snapshot_backfill = false'];

/** Puts all of sql/ there. When something is refused, the error tells of everything that is. */
async function allOf(url: string, catalog: Catalog): Promise<RisingwaveEngine> {
  const options = { url, catalog, environment: {}, session: SESSION };
  try {
    return await RisingwaveEngine.open(options);
  } catch (error) {
    const refused = await everyRefusal(options).catch(({ message }: Error) => [message]);
    throw new Error(`${(error as Error).message}\nAll that is refused:\n${refused.join('\n')}`, {
      cause: error,
    });
  }
}

/** Who does what at this moment: of processes, and not of the data. */
const OF_PROCESSES = ['leases'];

/** The embedded engine and RisingWave side by side, both with sql/ on them, both given the same rows. */
export class Sides {
  /** What the embedded engine has; RisingWave's names stand for the same when they are compared. */
  catalog: Catalog;
  readonly database: EmptyDatabase;
  readonly risingwave: pg.Client;
  readonly progress: BuildProgress[] = [];
  engine: RisingwaveEngine;
  readonly #own: TestDatabase;
  #embedded: Engine;
  readonly #client: pg.Client;

  private constructor(
    catalog: Catalog,
    database: EmptyDatabase,
    engine: RisingwaveEngine,
    risingwave: pg.Client,
    embedded: { readonly own: TestDatabase; readonly engine: Engine; readonly client: pg.Client },
  ) {
    this.catalog = catalog;
    this.database = database;
    this.engine = engine;
    this.risingwave = risingwave;
    this.#own = embedded.own;
    this.#embedded = embedded.engine;
    this.#client = embedded.client;
  }

  /** Whatever fails on the way, nothing is left of it. */
  static async open(cluster: Cluster): Promise<Sides> {
    const catalog = await loadCatalog('sql');
    const undo: (() => Promise<unknown>)[] = [];
    try {
      const database = await cluster.empty();
      undo.push(() => database.drop());
      const engine = await allOf(database.url, catalog);
      undo.push(() => engine.stop());
      const risingwave = await connect(database.url, 'tickwave parity');
      undo.push(() => risingwave.end());
      const own = await testDatabase();
      undo.push(() => own.drop());
      const client = new pg.Client({ connectionString: own.url });
      await client.connect();
      undo.push(() => client.end());
      await client.query("set timezone = 'UTC'; set search_path = public, compat");
      const embedded = { own, engine: await Engine.open({ url: own.url, catalog }), client };
      return new Sides(catalog, database, engine, risingwave, embedded);
    } catch (error) {
      for (const step of undo.reverse()) await step().catch((more: Error) => console.warn(more.message));
      throw error;
    }
  }

  /** Address of the embedded engine's database. */
  get embeddedUrl(): string {
    return this.#own.url;
  }

  /** Ends Tickwave's process on RisingWave, as far as RisingWave can tell, and begins another. */
  async restart(): Promise<void> {
    await this.engine.stop();
    this.engine = await RisingwaveEngine.open({
      url: this.database.url,
      catalog: this.catalog,
      environment: {},
    });
  }

  /** Gives the embedded engine another sql/, as a restart would. */
  async embed(catalog: Catalog): Promise<void> {
    await this.#embedded.stop();
    this.#embedded = await Engine.open({ url: this.#own.url, catalog });
    this.catalog = catalog;
  }

  /** Rows that RisingWave has already. */
  async follow(rows: readonly LandingRow[]): Promise<void> {
    await load(this.#client, POSTGRES, this.catalog, rows, () => 2000);
    await this.#embedded.refresh();
    await this.engine.refresh();
  }

  /** The same rows to both, each in the batches that `batch` gives. */
  async load(rows: readonly LandingRow[], batch: () => number): Promise<void> {
    await load(this.#client, POSTGRES, this.catalog, rows, () => 2000);
    await load(this.risingwave, RISINGWAVE, this.catalog, rows, batch);
    await this.#embedded.refresh();
    await this.engine.refresh();
  }

  /** Every table and view of both, compared. */
  async compare(): Promise<Comparison[]> {
    const comparisons: Comparison[] = [];
    for (const object of this.catalog.objects) {
      if (OF_PROCESSES.includes(object.name)) continue;
      if (object.kind === 'function' || object.kind === 'sink' || object.kind === 'index') continue;
      comparisons.push(await compareView(this.#client, this.risingwave, object));
    }
    return comparisons;
  }

  async close(): Promise<void> {
    await this.engine.stop();
    await this.risingwave.end();
    await this.#client.end();
    await this.#embedded.stop();
    await this.#own.drop();
    await this.database.drop();
  }
}
