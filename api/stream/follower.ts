import type { Logger } from 'pino';
import type { Market } from '../markets.ts';
import type { ChangeSource, RowKey } from './changeSource.ts';
import type { Channel } from './channels.ts';
import type { StreamClock } from './clock.ts';
import type { StreamLimits } from './limits.ts';
import type { Reader, ReadRow } from './reader.ts';
import { type Topic, type TopicChange, topicId } from './topic.ts';

/** Keys that are kept until they are read; of more, everything is read again. */
const MOST_KEYS = 20_000;
/** Keys of one query. */
const KEYS_PER_READ = 5_000;
/** Topics that are read at once. */
const READS_AT_ONCE = 4;
/** After a read and telling of it, so many times their duration is left to others, up to the longest rest. */
const REST = 1;
const LONGEST_REST_MS = 250;
const RETRY_MS = 1_000;

export interface FollowerOptions {
  readonly channel: Channel;
  readonly reader: Reader;
  readonly source: ChangeSource;
  readonly limits: StreamLimits;
  readonly clock: StreamClock;
  readonly logger: Logger;
  /** Told before it reads; the function that this returns is called after it has published what it found. */
  readonly reading: () => () => void;
  readonly publish: (changes: readonly TopicChange[]) => void;
}

interface Load {
  readonly topic: Topic;
  readonly done: (error?: unknown) => void;
}

/**
 * Keeps the topics of one channel as the database has them.
 *
 * Reads of whole topics and of changed rows never overlap, so a topic is never set back: what is read later is newer.
 * What changed before a topic was read is in it, and what changed after is told, and read, later. Hence no hole and nothing twice.
 */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #topics = new Map<string, Topic>();
  /** Topics of each market, those that are being read included. */
  readonly #markets = new Map<string, number>();
  /** Changes are heard of only while somebody asks: nobody else has to pay for them. */
  #unsubscribe: (() => void) | null = null;
  #loads: Load[] = [];
  #keys = new Map<string, RowKey>();
  #missed = false;
  #working: Promise<void> | null = null;
  #rest = new AbortController();
  readonly #stopping = new AbortController();

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** Reads a topic and follows it from then on. */
  add(topic: Topic): Promise<void> {
    if (this.#stopping.signal.aborted) return Promise.reject(new Error('the streams are ending'));
    // Before it is read: a change that comes while it is being read may not be in what is read.
    const market = marketId(topic.market);
    this.#markets.set(market, (this.#markets.get(market) ?? 0) + 1);
    const { source, channel } = this.#options;
    this.#unsubscribe ??= source.subscribe(channel.relation, (keys) => this.#changed(keys));
    return new Promise((resolve, reject) => {
      this.#loads.push({ topic, done: (error) => (error === undefined ? resolve() : reject(error)) });
      this.#rest.abort();
      this.#wake();
    });
  }

  remove(topic: Topic): void {
    this.#topics.delete(topic.id);
    const market = marketId(topic.market);
    const left = (this.#markets.get(market) ?? 1) - 1;
    if (left > 0) this.#markets.set(market, left);
    else this.#markets.delete(market);
    if (this.#markets.size === 0) this.#silence();
  }

  async stop(): Promise<void> {
    this.#silence();
    this.#stopping.abort();
    await this.#working;
  }

  #silence(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    this.#keys.clear();
    this.#missed = false;
  }

  #changed(keys: readonly RowKey[] | null): void {
    for (const key of keys ?? []) {
      if (this.#markets.has(marketId(key))) this.#keys.set(JSON.stringify(key), key);
    }
    if (keys === null || this.#keys.size > MOST_KEYS) {
      this.#missed = true;
      this.#keys.clear();
    }
    this.#wake();
  }

  #wake(): void {
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
      if (this.#isDue() && !this.#stopping.signal.aborted) this.#wake();
    });
  }

  #isDue(): boolean {
    return this.#loads.length > 0 || this.#missed || this.#keys.size > 0;
  }

  async #work(): Promise<void> {
    const { clock, logger, channel, reader, reading } = this.#options;
    while (this.#isDue() && !this.#stopping.signal.aborted) {
      const began = clock.now();
      const read = reading();
      try {
        await this.#load();
        await this.#reload();
        await this.#read();
        read();
      } catch (error) {
        read();
        // What was to be read is not known any more; the next read asks for everything.
        this.#missed = true;
        reader.forget();
        logger.warn({ channel: channel.name, cause: String(error) }, 'changes could not be read');
        await clock.sleep(RETRY_MS, this.#stopping.signal);
      }
      const rest = Math.min(LONGEST_REST_MS, (clock.now() - began) * REST);
      if (rest > 0 && this.#loads.length === 0) {
        this.#rest = new AbortController();
        await clock.sleep(rest, AbortSignal.any([this.#rest.signal, this.#stopping.signal]));
      }
    }
    for (const load of this.#loads.splice(0)) load.done(new Error('the streams are ending'));
  }

  async #load(): Promise<void> {
    const loads = this.#loads;
    this.#loads = [];
    await eachOf(loads, async ({ topic, done }) => {
      try {
        topic.fill(await this.#options.reader.newest(topic));
        this.#topics.set(topic.id, topic);
        done();
      } catch (error) {
        this.#options.reader.forget();
        this.remove(topic);
        done(error);
      }
    });
  }

  async #reload(): Promise<void> {
    if (!this.#missed) return;
    this.#missed = false;
    const { reader, limits, publish } = this.#options;
    const changes: TopicChange[] = [];
    try {
      await eachOf([...this.#topics.values()], async (topic) => {
        const change = topic.reload(await reader.newest(topic), limits.rowsPerBatch);
        if (change) changes.push(change);
      });
    } finally {
      // Also those before one that failed: they count as told.
      if (changes.length > 0) publish(changes);
    }
  }

  async #read(): Promise<void> {
    if (this.#keys.size === 0) return;
    const keys = [...this.#keys.entries()].slice(0, KEYS_PER_READ);
    for (const [text] of keys) this.#keys.delete(text);
    const { reader, publish } = this.#options;
    const wanted = keys.map(([, key]) => key);
    const found: ReadRow[] = [];
    for (const same of byColumns(wanted)) found.push(...(await reader.byKeys(same)));
    const changes = this.#changesOf(wanted, found);
    if (changes.length > 0) publish(changes);
  }

  #changesOf(keys: readonly RowKey[], found: readonly ReadRow[]): TopicChange[] {
    const { channel, limits } = this.#options;
    const rows = grouped(found, (row) => topicId({ channel, market: row.market, timeframe: row.timeframe }));
    const asked = grouped(keys, marketId);
    const changes: TopicChange[] = [];
    for (const topic of this.#topics.values()) {
      const own = (asked.get(marketId(topic.market)) ?? []).filter(
        (key) => key.timeframe === undefined || key.timeframe === topic.timeframe,
      );
      if (own.length === 0) continue;
      const change = topic.change(own, rows.get(topic.id) ?? [], limits.rowsPerBatch);
      if (change) changes.push(change);
    }
    return changes;
  }
}

/** The market of a topic or of a key; the same for all that are of none. */
function marketId(of: Market | RowKey | null): string {
  return `${of?.exchange ?? ''} ${of?.symbol ?? ''}`;
}

function grouped<T>(items: readonly T[], groupOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groupOf(item);
    const there = groups.get(group);
    if (there) there.push(item);
    else groups.set(group, [item]);
  }
  return groups;
}

/** Keys that name the same columns can be asked for in one query. */
function byColumns(keys: readonly RowKey[]): Iterable<readonly RowKey[]> {
  return grouped(keys, (key) => Object.keys(key).join(' ')).values();
}

/** Does work for each, a few at once. */
async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const one = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: READS_AT_ONCE }, one));
}
