import pg from 'pg';
import { loadCatalog } from '../../engine/catalog/catalog.ts';
import { Engine } from '../../engine/engine.ts';
import { DEPLOYED_TABLE, recordStatement, wantedObjects } from '../../engine/risingwave/deployed.ts';
import { type StatementProxy, statementProxy } from '../risingwave/standIn/protocol.ts';
import { Subscriptions } from '../risingwave/standIn/subscriptions.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { complaints } from './client.ts';
import { letTablesDecide, VERSION } from './standIn.ts';

const NOTHING = 'select 1 where false';

/** What a place is opened from. */
interface Parts {
  readonly database: TestDatabase;
  readonly engine: Engine;
  readonly owner: pg.Pool;
}

/**
 * A database with sql/ on it and two addresses: at `embedded` it is what it is, at `url` it stands in for RisingWave. What comes
 * there is passed on only if RisingWave was seen to take it, from whichever process it comes, and all of it is noted. It shows
 * nothing of RisingWave itself.
 */
export class Place {
  readonly engine: Engine;
  /** Connections to the database as it is. */
  readonly owner: pg.Pool;
  /** Address of the database as it is. */
  readonly embedded: string;
  /** Texts that were passed on. */
  readonly taken = new Set<string>();
  /** Texts that RisingWave would not take, and why. */
  readonly refused = new Set<string>();
  /** Told of each text before it is passed on; true breaks all connections instead. */
  breaksAt: (text: string) => boolean = () => false;
  readonly #parts: Parts;
  readonly #subscriptions: Subscriptions;
  #noting: Promise<void> = Promise.resolve();
  #proxy: StatementProxy | null = null;

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.engine = parts.engine;
    this.owner = parts.owner;
    this.embedded = parts.database.url;
    this.#subscriptions = new Subscriptions(parts.owner);
    parts.engine.onRefresh(() => void this.#note());
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
    const place = new Place({ database, engine, owner });
    const { hostname, port } = new URL(database.url);
    place.#proxy = await statementProxy({ host: hostname, port: Number(port) }, (text, session) =>
      place.#translate(text, session),
    );
    return place;
  }

  /** Address of the stand-in. */
  get url(): string {
    const url = new URL(this.embedded);
    url.port = String(this.#proxy?.port);
    return url.href;
  }

  /** Breaks every connection to the stand-in, as a network does. */
  breakConnections(): void {
    this.#proxy?.breakConnections();
  }

  async close(): Promise<void> {
    await this.#proxy?.close();
    await this.#noting;
    await this.owner.end();
    await this.engine.stop();
    await this.#parts.database.drop();
  }

  async #translate(text: string, session: number): Promise<string> {
    const problems = complaints(text);
    if (problems.length > 0) {
      this.refused.add(`${problems.join('; ')}\n${text}`);
      return `refused: ${problems.join('; ')}`;
    }
    this.taken.add(text);
    if (this.breaksAt(text)) {
      this.breakConnections();
      return NOTHING;
    }
    return (await this.#own(text.toLowerCase(), session)) ?? text;
  }

  /** Lets subscriptions tell what has changed, one after the other. */
  #note(): Promise<void> {
    const noted = this.#noting.then(() => this.#subscriptions.note());
    this.#noting = noted.catch(() => {});
    return noted;
  }

  /** What PostgreSQL has no words for. */
  async #own(text: string, session: number): Promise<string | null> {
    if (/^select version\(\)/.test(text)) return `select '${VERSION}' as version`;
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
