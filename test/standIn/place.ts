import pg from 'pg';
import { loadCatalog } from '../../engine/catalog/catalog.ts';
import { Engine } from '../../engine/engine.ts';
import { DEPLOYED_TABLE, recordStatement, wantedObjects } from '../../engine/risingwave/deployed.ts';
import { Subscriptions } from '../risingwave/standIn/subscriptions.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { CheckedProxy, NOTHING } from './checkedProxy.ts';
import { letTablesDecide } from './standIn.ts';

/** A database with sql/ on it and two addresses: at `embedded` it is what it is, at `url` it stands in for RisingWave. */
export class Place {
  readonly engine: Engine;
  /** Connections to the database as it is. */
  readonly owner: pg.Pool;
  /** Address of the database as it is. */
  readonly embedded: string;
  readonly #database: TestDatabase;
  readonly #subscriptions: Subscriptions;
  #noting: Promise<void> = Promise.resolve();
  #proxy: CheckedProxy | null = null;

  private constructor(database: TestDatabase, engine: Engine, owner: pg.Pool) {
    this.#database = database;
    this.engine = engine;
    this.owner = owner;
    this.embedded = database.url;
    this.#subscriptions = new Subscriptions(owner);
    engine.onRefresh(() => void this.#note());
  }

  static async open(): Promise<Place> {
    const database = await testDatabase();
    const catalog = await loadCatalog('sql');
    const engine = await Engine.open({ url: database.url, catalog });
    const owner = new pg.Pool({ connectionString: database.url, max: 6 });
    owner.on('error', () => {});
    await owner.query('create schema stand_in; create schema standin');
    await letTablesDecide(owner);
    // As after `tickwave apply`: whoever looks finds sql/ deployed.
    await owner.query(DEPLOYED_TABLE);
    await owner.query(recordStatement([...wantedObjects(catalog, {}).values()], 'done'));
    const place = new Place(database, engine, owner);
    place.#proxy = await CheckedProxy.open(database.url, (text, session) => place.#instead(text, session));
    return place;
  }

  /** The stand-in. */
  get proxy(): CheckedProxy {
    if (this.#proxy === null) throw new Error('it is not open');
    return this.#proxy;
  }

  get url(): string {
    return this.proxy.url;
  }

  async close(): Promise<void> {
    await this.proxy.close();
    await this.engine.stop();
    await this.#noting;
    await this.owner.end();
    await this.#database.drop();
  }

  /** Lets subscriptions tell what has changed, one after the other. */
  #note(): Promise<void> {
    const noted = this.#noting.then(() => this.#subscriptions.note());
    this.#noting = noted.catch(() => {});
    return noted;
  }

  /** What PostgreSQL has no words for. */
  async #instead(text: string, session: number): Promise<string | null> {
    if (text === 'flush') {
      await this.engine.refresh();
      await this.#note();
      return NOTHING;
    }
    const [, made, of] = /^create subscription (\w+) from (\w+)/.exec(text) ?? [];
    if (made !== undefined && of !== undefined) {
      await this.#subscriptions.create(made, of);
      return NOTHING;
    }
    const [, declared, since] = /^declare \w+ subscription cursor for (\w+) since (\S+)$/.exec(text) ?? [];
    if (declared !== undefined && since !== undefined) {
      await this.#subscriptions.declare(session, declared, since);
      return NOTHING;
    }
    const [, count, seconds] = /^fetch (\d+) from \w+ with \(timeout = '(\d+)s'\)$/.exec(text) ?? [];
    return count === undefined ? null : this.#subscriptions.fetch(session, Number(count), Number(seconds));
  }
}
