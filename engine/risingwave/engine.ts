import type pg from 'pg';
import type { Catalog } from '../catalog/catalog.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { ViewKeeper } from '../keeper.ts';
import { Feed, type Subscriber, type ViewChanges } from '../postgres/feed.ts';
import type { LoopStatus } from '../postgres/loop.ts';
import type { Refresh } from '../postgres/refresher.ts';
import { type Applied, applyMissing, type OnStatement, readDeployed } from './apply.ts';
import { connect } from './connection.ts';
import { UNTOLD, wantedObjects } from './deployed.ts';
import { Follower } from './follower.ts';
import { type BuildProgress, withProgress } from './progress.ts';
import type { RisingwaveOptions } from './statements.ts';
import { readDeployedCatalog } from './versions/deployedCatalog.ts';
import { publishedCatalog, timesPublished } from './versions/publication.ts';

export interface RisingwaveEngineOptions extends RisingwaveOptions {
  readonly url: string;
  readonly catalog: Catalog;
  readonly clock?: Clock;
  readonly onStatement?: OnStatement;
  readonly onProgress?: (progress: readonly BuildProgress[]) => void;
}

/** What an engine begins with. */
interface Opened {
  readonly applied: Applied;
  readonly catalog: Catalog;
  readonly times: number;
}

/** Between looks whether other versions have taken the names. */
const LOOK_MS = 1000;

/** RisingWave keeps the views up to date by itself: this puts sql/ on it, and brings its changes to subscribers. */
export class RisingwaveEngine implements ViewKeeper {
  readonly applied: Applied;
  readonly ended: Promise<Error | null>;
  readonly #options: RisingwaveEngineOptions;
  readonly #client: pg.Client;
  readonly #clock: Clock;
  readonly #feed = new Feed();
  readonly #followers = new Map<string, Follower>();
  readonly #listeners = new Set<(refresh: Refresh) => void>();
  readonly #layoutListeners = new Set<() => void>();
  readonly #stopping = new AbortController();
  #watching: Promise<void> = Promise.resolve();
  #catalog: Catalog;
  #finish: (reason: Error | null) => void = () => {};
  #running = false;
  #refreshes = 0;
  #last: Refresh | null = null;
  #lastError: string | null = null;
  #times: number;

  private constructor(options: RisingwaveEngineOptions, client: pg.Client, opened: Opened) {
    const { applied, catalog } = opened;
    this.#catalog = catalog;
    this.#times = opened.times;
    this.applied = applied;
    this.#options = options;
    this.#client = client;
    this.#clock = options.clock ?? systemClock;
    this.ended = new Promise((resolve) => {
      this.#finish = resolve;
    });
    client.on('error', (error) => this.#finish(error));
    client.on('end', () =>
      this.#finish(this.#running ? new Error('the connection to RisingWave ended') : null),
    );
  }

  /**
   * Puts on RisingWave what is missing of sql/. While a version is on its way nothing is put there: what has the names stays.
   * Throws DeployedDiffersError when something is there in another version.
   */
  static async open(options: RisingwaveEngineOptions): Promise<RisingwaveEngine> {
    const { url, catalog, clock = systemClock, onStatement, onProgress = () => {} } = options;
    const client = await connect(url, 'tickwave engine');
    try {
      const times = await timesPublished(client);
      const published = await publishedCatalog(client);
      const applied =
        published !== null
          ? { made: [], statements: 0, left: [] }
          : await withProgress(url, clock, onProgress, () =>
              applyMissing(client, catalog, options, onStatement),
            );
      return new RisingwaveEngine(options, client, { applied, times, catalog: published ?? catalog });
    } catch (error) {
      await client.end();
      throw error;
    }
  }

  /** Follows what somebody else has applied, and changes nothing; null while not all of it is there. */
  static async follow(
    options: Pick<RisingwaveEngineOptions, 'url' | 'catalog' | 'clock' | 'environment' | 'analyst'>,
  ): Promise<RisingwaveEngine | null> {
    const client = await connect(options.url, 'tickwave follower');
    try {
      const times = await timesPublished(client);
      const catalog = (await publishedCatalog(client)) ?? (await wholeCatalog(client, options));
      const applied = { made: [], statements: 0, left: [] };
      if (catalog !== null) return new RisingwaveEngine(options, client, { applied, times, catalog });
    } catch (error) {
      await client.end();
      throw error;
    }
    await client.end();
    return null;
  }

  /** What names stand for: sql/ as it was deployed, or published since. */
  get catalog(): Catalog {
    return this.#catalog;
  }

  /** Told when other versions of views have taken the names; returns the function that ends it. */
  onLayout(listener: () => void): () => void {
    this.#layoutListeners.add(listener);
    return () => void this.#layoutListeners.delete(listener);
  }

  subscribe(view: string, subscriber: Subscriber): () => void {
    const { key } = this.catalog.get(view);
    const end = this.#feed.subscribe(view, subscriber);
    if (!this.#followers.has(view)) this.#followers.set(view, this.#follow(view, key));
    return () => {
      end();
      if (this.#feed.wants(view)) return;
      void this.#followers.get(view)?.stop();
      this.#followers.delete(view);
    };
  }

  onRefresh(listener: (refresh: Refresh) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Waits until what was written is in every view. */
  async refresh(): Promise<Refresh> {
    const startedAt = performance.now();
    await this.#client.query('flush');
    return this.#refreshed([], startedAt);
  }

  async start(): Promise<void> {
    this.#running = true;
    this.#watching = this.#watch();
  }

  status(): LoopStatus {
    return {
      running: this.#running,
      lagMs: 0,
      bringingMs: null,
      refreshes: this.#refreshes,
      lastRefresh: this.#last,
      meanMs: 0,
      lastError: this.#lastError,
    };
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#stopping.abort();
    await this.#watching;
    await Promise.all([...this.#followers.values()].map((follower) => follower.stop()));
    this.#followers.clear();
    await this.#client.end();
    this.#finish(null);
  }

  /** Looks for other versions under the names: their subscriptions are others too, so all who follow begin anew. */
  async #watch(): Promise<void> {
    while (await this.#clock.sleep(LOOK_MS, this.#stopping.signal)) {
      try {
        const times = await timesPublished(this.#client);
        if (times === this.#times) continue;
        this.#catalog = (await readDeployedCatalog(this.#client)) ?? this.#catalog;
        this.#times = times;
        await this.#followAnew();
      } catch (error) {
        this.#lastError = `versions are looked for again: ${error instanceof Error ? error.message : String(error)}`;
      }
    }
  }

  async #followAnew(): Promise<void> {
    const before = [...this.#followers];
    this.#followers.clear();
    for (const [view] of before) {
      const object = this.#catalog.find(view);
      if (object && this.#feed.wants(view)) this.#followers.set(view, this.#follow(view, object.key));
    }
    await Promise.all(before.map(([, follower]) => follower.stop()));
    for (const listener of this.#layoutListeners) listener();
  }

  #follow(relation: string, key: readonly string[]): Follower {
    return new Follower({
      url: this.#options.url,
      relation,
      key,
      clock: this.#clock,
      deliver: (changes) => this.#deliver(changes),
      report: (error) => {
        this.#lastError = `the changes of ${relation} are waited for: ${error.message}`;
      },
    });
  }

  async #deliver(changes: ViewChanges): Promise<void> {
    const startedAt = performance.now();
    for (const failure of await this.#feed.publish([changes])) this.#lastError = failure.message;
    const refresh = this.#refreshed(
      [{ view: changes.view, changed: changes.changes.length, seconds: 0 }],
      startedAt,
    );
    for (const listener of this.#listeners) listener(refresh);
  }

  #refreshed(views: Refresh['views'], startedAt: number): Refresh {
    const seconds = (performance.now() - startedAt) / 1000;
    this.#last = { sequence: ++this.#refreshes, views, seconds, startedAt };
    return this.#last;
  }
}

/** What is deployed, when nothing of sql/ is still missing; what is there in another version does not matter. */
async function wholeCatalog(
  client: pg.Client,
  options: Pick<RisingwaveEngineOptions, 'catalog' | 'environment' | 'analyst'>,
): Promise<Catalog | null> {
  const { deployed } = await readDeployed(client);
  const isThere = ({ name }: { readonly name: string }): boolean => {
    const there = deployed.get(name);
    return there?.state === 'done' && there.documentation !== UNTOLD;
  };
  const wanted = [...wantedObjects(options.catalog, options.environment).values()];
  return wanted.every(isThere) ? readDeployedCatalog(client) : null;
}
