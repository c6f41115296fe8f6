import pg from 'pg';
import type { Catalog } from '../catalog/catalog.ts';
import type { Clock } from '../clock.ts';
import type { ChangeTeller } from '../keeper.ts';
import { Feed, type Subscriber, type ViewChanges } from './feed.ts';
import { type NotifiedKeys, readKeys, readSummary, type Summary } from './notified.ts';
import { CHANGES_CHANNEL, FOLLOW_CHANNEL, keysChannel } from './notify.ts';
import type { Refresh } from './refresher.ts';
import { readDeployedCatalog } from './versions/deployedCatalog.ts';

export interface FollowedEngineOptions {
  /** Address of the database, as its owner. */
  readonly url: string;
  readonly clock: Clock;
  /** Words for people: a connection that was lost, or is there again. */
  readonly say: (sentence: string) => void;
}

/** What is followed is said again this often, in milliseconds: an engine forgets it after three times as long. */
const RENEW_MS = 10_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;
const END_WITHIN_MS = 1_000;

/**
 * The change feed of an engine that runs in another process, over NOTIFY. It asks the engine for the keys of what somebody here
 * follows, and for no other; while it cannot know them (before the engine heard it, after a lost connection, another engine) it says
 * that there were more than are told, so nobody misses a change.
 */
export class FollowedEngine implements ChangeTeller {
  readonly #options: FollowedEngineOptions;
  readonly #feed = new Feed();
  readonly #refreshListeners = new Set<(refresh: Refresh) => void>();
  readonly #layoutListeners = new Set<() => void>();
  readonly #stopping = new AbortController();
  readonly #followed = new Set<string>();
  readonly #running: Promise<void>;
  #catalog: Catalog;
  #client: pg.Client | null;
  /** Keys of the refresh that is being told. */
  #keys = new Map<string, NotifiedKeys[]>();
  #telling: Promise<unknown> = Promise.resolve();
  #sending: Promise<unknown> = Promise.resolve();

  private constructor(options: FollowedEngineOptions, client: pg.Client, catalog: Catalog) {
    this.#options = options;
    this.#client = client;
    this.#catalog = catalog;
    this.#running = this.#run(client);
  }

  /** Connects; null when nothing was deployed there yet. */
  static async open(options: FollowedEngineOptions): Promise<FollowedEngine | null> {
    const client = await connect(options.url);
    try {
      const catalog = await readDeployedCatalog(client);
      if (catalog !== null) return new FollowedEngine(options, client, catalog);
    } catch (error) {
      await client.end();
      throw error;
    }
    await client.end();
    return null;
  }

  /** What public names stood for when the engine last said that they changed. */
  get catalog(): Catalog {
    return this.#catalog;
  }

  subscribe(view: string, subscriber: Subscriber): () => void {
    this.#catalog.get(view);
    const end = this.#feed.subscribe(view, subscriber);
    this.#follow(view);
    return () => {
      end();
      if (!this.#feed.wants(view)) this.#unfollow(view);
    };
  }

  onRefresh(listener: (refresh: Refresh) => void): () => void {
    this.#refreshListeners.add(listener);
    return () => void this.#refreshListeners.delete(listener);
  }

  onLayout(listener: () => void): () => void {
    this.#layoutListeners.add(listener);
    return () => void this.#layoutListeners.delete(listener);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await this.#telling;
  }

  async #run(first: pg.Client): Promise<void> {
    const { clock, url, say } = this.#options;
    const { signal } = this.#stopping;
    let pause = FIRST_PAUSE_MS;
    for (let client: pg.Client | null = first; ; ) {
      if (client !== null) {
        pause = FIRST_PAUSE_MS;
        await this.#listen(client).catch((error: unknown) =>
          say(`changes are not heard of: ${String(error)}`),
        );
        this.#client = null;
        const ending = client.end().catch(() => undefined);
        // One that is half open does not end for minutes.
        if (signal.aborted) await Promise.race([ending, clock.sleep(END_WITHIN_MS)]);
        if (!signal.aborted) say('the connection over which changes are told was lost; it is opened again');
      }
      if (!(await clock.sleep(pause, signal))) return;
      pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
      client = await connect(url).catch(() => null);
    }
  }

  /** Until the connection ends. */
  async #listen(client: pg.Client): Promise<void> {
    const { clock } = this.#options;
    const ended = new AbortController();
    const end = (): void => ended.abort();
    client.once('end', end);
    client.once('error', end);
    this.#stopping.signal.addEventListener('abort', end, { once: true });
    client.on('notification', ({ channel, payload = '' }) => this.#heard(channel, payload));
    try {
      await this.#send(client, `listen ${CHANGES_CHANNEL}`);
      this.#client = client;
      this.#keys.clear();
      await this.#anew(client);
      while (await clock.sleep(RENEW_MS, ended.signal)) await this.#renew(client);
    } finally {
      this.#stopping.signal.removeEventListener('abort', end);
    }
  }

  #heard(channel: string, payload: string): void {
    if (channel === CHANGES_CHANNEL) {
      const summary = readSummary(payload);
      if (summary !== null) this.#tell(summary);
      return;
    }
    const keys = readKeys(payload);
    if (keys === null || channel !== keysChannel(keys.view)) return;
    this.#keys.set(keys.view, [...(this.#keys.get(keys.view) ?? []), keys]);
  }

  #tell(summary: Summary): void {
    const { refresh, views, any } = summary;
    const keys = this.#keys;
    this.#keys = new Map();
    const client = this.#client;
    if (any && client !== null) {
      this.#queue(async () => this.#anew(client));
      return;
    }
    const names = new Set([...keys.keys(), ...Object.keys(views)]);
    const changes = [...names]
      .filter((view) => this.#feed.wants(view))
      .map((view) =>
        together(view, refresh, keys.get(view)?.filter((part) => part.refresh === refresh) ?? []),
      );
    this.#deliver(changes, refresh);
  }

  #deliver(changes: readonly ViewChanges[], sequence: number): void {
    this.#queue(async () => {
      await this.#feed.publish(changes);
      const views = changes.map(({ view, changes: { length } }) => ({ view, changed: length, seconds: 0 }));
      const refresh = { sequence, views, seconds: 0, startedAt: performance.now() };
      for (const listener of this.#refreshListeners) listener(refresh);
    });
  }

  /** One after the other, in the order in which it was heard. */
  #queue(work: () => Promise<void>): void {
    const { say } = this.#options;
    this.#telling = this.#telling
      .then(work)
      .catch((error: unknown) => say(`changes are not told: ${String(error)}`));
  }

  /** Anything may have changed: the layout, the engine, or what was told while nobody heard it. */
  async #anew(client: pg.Client): Promise<void> {
    const reading = this.#sending.then(() => readDeployedCatalog(client));
    this.#sending = reading.catch(() => undefined);
    this.#catalog = (await reading) ?? this.#catalog;
    for (const listener of this.#layoutListeners) listener();
    for (const view of this.#followed) await this.#send(client, listenTo(view));
    await this.#renew(client);
    this.#missed([...this.#followed]);
  }

  async #renew(client: pg.Client): Promise<void> {
    for (const view of this.#followed) await this.#send(client, NOTIFY_FOLLOWED, [view]);
  }

  #missed(views: readonly string[]): void {
    const changes = views.map((view): ViewChanges => ({ refresh: 0, view, changes: [], truncated: true }));
    this.#deliver(changes, 0);
  }

  #follow(view: string): void {
    if (this.#followed.has(view)) return;
    this.#followed.add(view);
    const client = this.#client;
    // Without a connection all of it is asked for when there is one.
    if (client === null) return;
    this.#send(client, listenTo(view))
      .then(() => this.#send(client, NOTIFY_FOLLOWED, [view]))
      .then(() => this.#missed([view]))
      .catch(() => undefined);
  }

  #unfollow(view: string): void {
    this.#followed.delete(view);
    if (this.#client !== null) void this.#send(this.#client, `un${listenTo(view)}`).catch(() => undefined);
  }

  /** One statement after the other. */
  #send(client: pg.Client, text: string, values: readonly string[] = []): Promise<unknown> {
    const sent = this.#sending.then(() => client.query(text, [...values]));
    this.#sending = sent.catch(() => undefined);
    return sent;
  }
}

const NOTIFY_FOLLOWED = `select pg_notify('${FOLLOW_CHANNEL}', $1)`;

function listenTo(view: string): string {
  return `listen ${pg.escapeIdentifier(keysChannel(view))}`;
}

function together(view: string, refresh: number, parts: readonly NotifiedKeys[]): ViewChanges {
  const changes = parts.flatMap((part) => part.changes);
  const truncated = parts.length === 0 || parts.some((part) => part.truncated);
  return { refresh, view, changes, ...(truncated ? { truncated } : {}) };
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'tickwave follower',
    keepAlive: true,
    query_timeout: RENEW_MS,
  });
  client.on('error', () => {}); // The query that was running rejects, and the end is heard.
  await client.connect();
  return client;
}
