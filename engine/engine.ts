import pg, { type ClientBase } from 'pg';
import type { Catalog } from './catalog/catalog.ts';
import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import type { ViewKeeper } from './keeper.ts';
import { identifier } from './postgres/compile/restrict.ts';
import { type Deployment, deploy, type OnBuild } from './postgres/deploy/deploy.ts';
import { readDeployed } from './postgres/deploy/deployed.ts';
import { newlyWatched } from './postgres/deploy/landing.ts';
import type { Layout } from './postgres/deploy/plan.ts';
import { refreshFunctions } from './postgres/deploy/refreshFunctions.ts';
import { takeEngineLock } from './postgres/engineLock.ts';
import { Feed, type Subscriber } from './postgres/feed.ts';
import { Followers } from './postgres/followers.ts';
import { type LoopStatus, RefreshLoop } from './postgres/loop.ts';
import { type Around, type Refresh, Refresher } from './postgres/refresher.ts';
import { addedColumns, dropUnused } from './postgres/versions/addedColumns.ts';
import { sleep, sleepAsBefore } from './postgres/versions/builder.ts';
import { chooseVersions } from './postgres/versions/choose.ts';
import type { EngineHost } from './postgres/versions/host.ts';
import { NameLocks } from './postgres/versions/nameLocks.ts';
import { LOCK_TIMEOUT_MS, switchLayout } from './postgres/versions/switchLayout.ts';
import { VersionsWorker } from './postgres/versions/worker.ts';

export interface EngineOptions {
  /** Address of the database, as its owner. */
  readonly url: string;
  readonly catalog: Catalog;
  /** What is deployed stays as it is, whatever the catalog says: the catalog is for a database with nothing in it. */
  readonly keep?: boolean;
  readonly clock?: Clock;
  readonly onBuild?: OnBuild;
  /** Views whose changed keys are told by NOTIFY on the channel `tickwave_<view>`, beside the summary of each refresh. */
  readonly notify?: readonly string[];
  /** Bytes that are free on the disk of the database, where that is known: building versions ends before it is full. */
  readonly freeBytes?: () => Promise<number | null>;
}

/** What an engine begins with. */
interface Opened {
  readonly layout: Layout;
  readonly deployment: Deployment;
  /** The version on its way that stands in the layout. */
  readonly beside: number | null;
}

/** Rows of one view in one refresh after which the working tables are cleaned at once. */
const MANY_ROWS = 2000;

/**
 * Keeps the views of `sql/` up to date in one PostgreSQL database. Many may write trades; one engine writes views.
 *
 * @example
 * const engine = await Engine.open({ url, catalog: await loadCatalog('sql') });
 * engine.subscribe('candles_1m', ({ changes }) => console.log(changes.length));
 * engine.start();
 */
export class Engine implements ViewKeeper {
  readonly deployment: Deployment;
  readonly #options: EngineOptions;
  readonly #client: pg.Client;
  readonly #feed = new Feed();
  readonly #followers: Followers;
  readonly #loop: RefreshLoop;
  readonly #worker: VersionsWorker;
  readonly #listeners = new Set<(refresh: Refresh) => void>();
  readonly #layoutListeners = new Set<() => void>();
  readonly #stopping = new AbortController();
  readonly #locks = new NameLocks();
  #layout: Layout;
  #refresher: Refresher;
  #working: Promise<void> = Promise.resolve();

  private constructor(options: EngineOptions, opened: Opened, client: pg.Client) {
    const { layout, beside } = opened;
    for (const view of options.notify ?? []) layout.published.get(view);
    this.deployment = opened.deployment;
    this.#options = options;
    this.#layout = layout;
    this.#client = client;
    const clock = options.clock ?? systemClock;
    this.#followers = new Followers(options.notify ?? [], clock);
    this.#refresher = new Refresher(client, layout, this.#feed, this.#followers);
    this.#worker = new VersionsWorker(this.#host(), clock, beside);
    this.#loop = new RefreshLoop({
      url: options.url,
      layout: () => this.#layout,
      clock,
      follow: (relation) => {
        if (this.#layout.published.find(relation)) this.#followers.heard(relation);
      },
      refresh: (due) => this.#keepUp(due),
      clean: () => this.#refresher.clean(),
    });
  }

  /** Takes the lock, deploys what changed in sql/ and catches up. Throws EngineBusyError when another engine holds the lock. */
  static async open(options: EngineOptions): Promise<Engine> {
    const client = new pg.Client({ connectionString: options.url, application_name: 'tickwave engine' });
    client.on('error', () => {}); // The query that was running rejects; nobody else needs to know twice.
    await client.connect();
    try {
      await takeEngineLock(client);
      const wanted = await chooseVersions(client, options.catalog, options.keep ?? false);
      const deployment = await deploy(client, wanted.layout, options.onBuild);
      const engine = new Engine(options, { ...wanted, deployment }, client);
      if (wanted.building !== null) await sleepAsBefore(client, wanted.layout, wanted.building);
      await engine.refresh();
      await engine.#refresher.clean();
      return engine;
    } catch (error) {
      await client.end();
      throw error;
    }
  }

  /** What public names stand for: sql/ as it was deployed, or published since. */
  get catalog(): Catalog {
    return this.#layout.published;
  }

  get layout(): Layout {
    return this.#layout;
  }

  /** Told when other versions of views take the names, or are kept up to date beside them; returns the function that ends it. */
  onLayout(listener: () => void): () => void {
    this.#layoutListeners.add(listener);
    return () => void this.#layoutListeners.delete(listener);
  }

  /**
   * Follows the changes of a stored view, or what arrives in a landing table that some stored view reads, from the next refresh
   * on; returns the function that ends it. What a refresh that is running now commits may be missed.
   */
  subscribe(view: string, subscriber: Subscriber): () => void {
    this.#layout.catalog.get(view);
    return this.#feed.subscribe(view, subscriber);
  }

  /** Told after each refresh, whether it changed something or not; returns the function that ends it. */
  onRefresh(listener: (refresh: Refresh) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Brings every view up to date now, nothing put off. */
  async refresh(everything: readonly string[] = []): Promise<Refresh> {
    return this.#loop.exclusively(() => this.#keepUp('all', everything));
  }

  /** As a refresh of the loop does: only the named views' freshness has run out. */
  async refreshDue(due: readonly string[]): Promise<Refresh> {
    return this.#loop.exclusively(() => this.#keepUp(due));
  }

  #host(): EngineHost {
    return {
      url: this.#options.url,
      layout: () => this.#layout,
      freeBytes: this.#options.freeBytes ?? (async () => null),
      refreshAround: (around) => this.#loop.exclusively(() => this.#refresh([], [], around)),
      relayout: (to, work) => this.#loop.exclusively(() => this.#relayout(to, work)),
    };
  }

  async #relayout(to: Layout, work: (client: ClientBase) => Promise<void>): Promise<void> {
    const from = this.#layout;
    refreshFunctions(to); // Written in the transaction, and thought out before it.
    const locked = await newlyWatched(this.#client, to, await readDeployed(this.#client));
    const added = addedColumns(from, to);
    const locks = [
      ...locked.map((table) => `lock table ${table} in share row exclusive mode`),
      ...added.map(({ table }) => `lock table public.${identifier(table)} in access exclusive mode`),
    ];
    const stay = new Set(to.views.map(({ name }) => to.tableOf(name)));
    const leaving = [...from.sides.keys()].filter((name) => !stay.has(from.tableOf(name)));
    await this.#refresh('all', [], {
      anew: true,
      first: async (client) => {
        await client.query([`set local lock_timeout = '${LOCK_TIMEOUT_MS}ms'`, ...locks].join('; '));
      },
      // What is dropped needs no refresh, and may be dropped because it can't have one.
      ...(leaving.length > 0 ? { before: (client) => sleep(client, leaving) } : {}),
      after: async (client) => {
        if (leaving.length > 0) await sleep(client, []);
        await dropUnused(client, added);
        await switchLayout(client, from, to, this.#locks);
        await work(client);
      },
    });
    this.#layout = to;
    this.#followers.beginAnew();
    this.#refresher = new Refresher(this.#client, to, this.#feed, this.#followers);
    for (const listener of this.#layoutListeners) listener();
  }

  /** A version beside the published one that can't be refreshed is given up: nobody reads it, and the others go on. */
  async #keepUp(due: readonly string[] | 'all', everything: readonly string[] = []): Promise<Refresh> {
    try {
      return await this.#refresh(due, everything);
    } catch (error) {
      const without = this.#worker.without(error);
      if (without === null) throw error;
      return this.#refresh(due, everything, without);
    }
  }

  async #refresh(
    due: readonly string[] | 'all',
    everything: readonly string[] = [],
    around: Around = {},
  ): Promise<Refresh> {
    const { refresh, changes } = await this.#refresher.refresh(due, everything, around);
    // What a large refresh leaves in the working tables would be read by every small one after it.
    const large = refresh.views.flatMap(({ view, changed }) => (changed > MANY_ROWS ? [view] : []));
    if (large.length > 0) await this.#refresher.clean(large);
    for (const failure of await this.#feed.publish(changes)) this.#loop.report(failure);
    for (const listener of this.#listeners) listener(refresh);
    return refresh;
  }

  /** Refreshes whenever something was written, until `stop`. */
  async start(): Promise<void> {
    await this.#loop.start();
    this.#working = this.#worker.run(this.#stopping.signal, (error) => this.#loop.report(error));
  }

  /** Resolves with the reason when the loop has ended: an error, or null after `stop`. */
  get ended(): Promise<Error | null> {
    return this.#loop.ended;
  }

  status(): LoopStatus {
    return this.#loop.status();
  }

  /** Ends the loop after the refresh that is running, and gives the lock back. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#working;
    await this.#loop.stop();
    await this.#client.end();
  }
}
