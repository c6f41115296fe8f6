import type { EngineStatus } from '../api/context.ts';
import type { Config } from '../config/config.ts';
import type { Catalog } from '../engine/catalog/catalog.ts';
import { type Clock, systemClock } from '../engine/clock.ts';
import { Engine } from '../engine/engine.ts';
import type { ViewKeeper } from '../engine/keeper.ts';
import type { OnBuild } from '../engine/postgres/deploy/deploy.ts';
import { type Database, openDatabase } from './database.ts';
import { DatabaseLost, explainError } from './errors.ts';
import { openRisingwave } from './risingwave.ts';

export interface PlatformOptions {
  readonly config: Config;
  readonly catalog: Catalog;
  /** As of the engine's options. */
  readonly keep?: boolean;
  readonly clock?: Clock;
  /** Words for people. */
  readonly say: (line: string) => void;
  /** The database's own log. */
  readonly log: (line: string) => void;
  readonly onBuild?: OnBuild;
}

/** Times that the database or the engine is started again before it is given up. */
const TRIES = 5;
/** After so long without trouble the count begins anew. */
const CALM_MS = 10 * 60_000;
const FIRST_PAUSE_MS = 250;

/** The database with the engine on it, both started again when they end by themselves. */
export class Platform {
  readonly database: Database;
  readonly #options: PlatformOptions;
  readonly #clock: Clock;
  #current: Database;
  #engine: ViewKeeper;
  #state: 'running' | 'recovering' | 'stopped' = 'running';
  #trouble = '';
  #give: (error: DatabaseLost) => void = () => {};
  readonly #stopping = new AbortController();
  readonly #watching: Promise<void>;
  readonly #engineListeners = new Set<(engine: ViewKeeper) => void>();
  /** Resolves when the database has ended and could not be brought back. */
  readonly lost: Promise<DatabaseLost>;

  private constructor(options: PlatformOptions, database: Database, engine: ViewKeeper) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.database = database;
    this.#current = database;
    this.#engine = engine;
    this.lost = new Promise((resolve) => {
      this.#give = resolve;
    });
    this.#followLayout();
    this.#watching = this.#watch();
  }

  /** Other versions of views have other rows: who follows them begins anew. */
  #followLayout(): void {
    const engine = this.#engine;
    engine.onLayout?.(() => {
      for (const listener of this.#engineListeners) listener(engine);
    });
  }

  /** Starts the database and the engine; views follow what is written until `stop`. */
  static async open(options: PlatformOptions): Promise<Platform> {
    const database = await openDatabase(options.config, options.log);
    try {
      const engine = await startEngine(database, options);
      return new Platform(options, database, engine);
    } catch (error) {
      await database.stop();
      throw error;
    }
  }

  get engine(): ViewKeeper {
    return this.#engine;
  }

  /** Gives the engine, and later each one that takes its place; returns the function that ends it. */
  onEngine(listener: (engine: ViewKeeper) => void): () => void {
    this.#engineListeners.add(listener);
    listener(this.#engine);
    return () => void this.#engineListeners.delete(listener);
  }

  /** How the engine is, for the API and for status lines. */
  status(): EngineStatus {
    if (this.#state !== 'running')
      return {
        state: this.#state === 'stopped' ? 'stopped' : 'starting',
        refreshLagMs: null,
        detail: this.#trouble,
      };
    const { running, lagMs, lastError } = this.#engine.status();
    return {
      state: running ? 'running' : 'starting',
      refreshLagMs: lagMs,
      ...(lastError === null ? {} : { detail: lastError }),
    };
  }

  /** Brings every view up to date one last time, then ends engine and database. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#watching;
    if (this.#state === 'running') {
      await this.#engine
        .refresh()
        .catch((error: unknown) => this.#options.say(`the last refresh failed: ${explainError(error)}`));
      await this.#engine.stop();
    }
    this.#state = 'stopped';
    await this.#current.stop();
  }

  async #watch(): Promise<void> {
    const stopped = new Promise<'stopped'>((resolve) => {
      this.#stopping.signal.addEventListener('abort', () => resolve('stopped'), { once: true });
    });
    let tries = 0;
    let since = this.#clock.now();
    for (;;) {
      const ended = await Promise.race([
        stopped,
        this.#current.exited,
        this.#engine.ended.then((error) => explainError(error)),
      ]);
      if (ended === 'stopped') return;
      if (this.#clock.now() - since > CALM_MS) tries = 0;
      this.#state = 'recovering';
      this.#trouble = `the database or the engine ended: ${ended}`;
      this.#options.say(this.#trouble);
      tries = await this.#recover(tries);
      if (tries > TRIES || this.#stopping.signal.aborted) return;
      since = this.#clock.now();
    }
  }

  /** Starts again what ended, at most as often as is left; gives the number of tries used. */
  async #recover(used: number): Promise<number> {
    // The old engine's connection is gone or useless; what it can't say goodbye to, it leaves.
    void this.#engine.stop().catch(() => {});
    let last = this.#trouble;
    for (let tries = used + 1; tries <= TRIES; tries++) {
      if (!(await this.#clock.sleep(FIRST_PAUSE_MS * 2 ** (tries - 1), this.#stopping.signal))) return tries;
      this.#options.say(`starting it again (try ${tries} of ${TRIES})`);
      try {
        await this.#current.stop();
        this.#current = await openDatabase(this.#options.config, this.#options.log, this.database.port);
        // What was published since is what has to come back, not what sql/ said when all began.
        const { catalog } = this.#engine;
        this.#engine = await startEngine(this.#current, { ...this.#options, catalog });
        this.#followLayout();
        this.#state = 'running';
        for (const listener of this.#engineListeners) listener(this.#engine);
        this.#options.say('it runs again; nothing that was stored is lost');
        return tries;
      } catch (error) {
        last = explainError(error);
        this.#options.say(`it did not start: ${last}`);
      }
    }
    this.#give(
      new DatabaseLost(
        `The database did not come back after ${TRIES} tries. Last: ${last}\nRun \`tickwave doctor\`, then start again: what was stored is kept`,
      ),
    );
    return TRIES + 1;
  }
}

async function startEngine(database: Database, options: PlatformOptions): Promise<ViewKeeper> {
  const engine: ViewKeeper =
    database.profile.refreshedBy === 'database'
      ? await openRisingwave(database.url('owner'), options)
      : await openPostgres(database, options);
  try {
    await engine.start();
    return engine;
  } catch (error) {
    await engine.stop();
    throw error;
  }
}

function openPostgres(
  database: Database,
  { config, catalog, keep, clock, onBuild }: PlatformOptions,
): Promise<Engine> {
  return Engine.open({
    url: database.url('owner'),
    catalog,
    freeBytes: () => database.freeBytes(),
    keep: keep ?? false,
    notify: config.NOTIFY_VIEWS ?? [],
    ...(clock === undefined ? {} : { clock }),
    ...(onBuild === undefined ? {} : { onBuild }),
  });
}
