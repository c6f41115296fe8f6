import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Catalog } from '../catalog.ts';
import { Audience, type Subscriber } from './audience.ts';
import { Broadcast } from './broadcast.ts';
import type { ChangeSource } from './changeSource.ts';
import { CHANNELS, type Channel } from './channels.ts';
import type { StreamClock } from './clock.ts';
import { Follower } from './follower.ts';
import type { StreamLimits } from './limits.ts';
import { Reader } from './reader.ts';
import { Replay } from './replay.ts';
import { type Subject, Topic, type TopicChange, topicId } from './topic.ts';

export interface HubOptions {
  readonly pool: Pool;
  readonly catalog: Catalog;
  readonly source: ChangeSource;
  readonly clock: StreamClock;
  readonly logger: Logger;
  readonly limits: StreamLimits;
}

interface Part {
  readonly follower: Follower;
  readonly audience: Audience;
}

/** Follows what anybody asked for, and tells those who follow it. */
export class Hub {
  readonly #options: HubOptions;
  /** Cursors of another run, or another machine, are not ours. */
  readonly #run = randomBytes(4).toString('hex');
  readonly #parts: ReadonlyMap<Channel, Part>;
  readonly #topics = new Map<string, { readonly topic: Topic; readonly ready: Promise<void> }>();
  readonly #users = new Map<Topic, number>();
  readonly #replay: Replay;
  readonly #broadcast: Broadcast;
  #concerned = new Set<Subscriber>();
  #sequence = 0;

  constructor(options: HubOptions) {
    this.#options = options;
    this.#replay = new Replay(options.limits.replayBytes);
    this.#broadcast = new Broadcast(
      options.clock,
      (channel, changes) => this.#publish(channel, changes),
      () => this.#published(),
    );
    this.#parts = new Map(CHANNELS.map((channel) => [channel, this.#open(channel)]));
  }

  /** Where the stream is now. */
  get cursor(): string {
    return `${this.#run}-${this.#sequence}`;
  }

  /** Topics that are followed, with those that nobody asks for any more but may again. */
  get topics(): number {
    return this.#topics.size;
  }

  /** The topic, followed and filled. Whoever asks says `release` when it needs it no longer. */
  async acquire(subject: Subject): Promise<Topic> {
    const entry = this.#topics.get(topicId(subject)) ?? this.#create(subject);
    const { topic, ready } = entry;
    this.#users.set(topic, (this.#users.get(topic) ?? 0) + 1);
    topic.leftAt = null;
    try {
      await ready;
      return topic;
    } catch (error) {
      this.release(topic);
      throw error;
    }
  }

  release(topic: Topic): void {
    const left = (this.#users.get(topic) ?? 1) - 1;
    if (left > 0) this.#users.set(topic, left);
    else {
      this.#users.delete(topic);
      topic.leftAt = this.#options.clock.now();
    }
  }

  /** From now on the subscriber is told what changes in these topics of the channel, and no others. */
  place(subscriber: Subscriber, channel: Channel, topics: ReadonlySet<Topic>): void {
    this.#parts.get(channel)?.audience.place(subscriber, topics);
  }

  /** What changed in a topic after a cursor, in order; null when that is not known any more. */
  since(topic: Topic, cursor: string): readonly TopicChange[] | null {
    const [run, number = ''] = cursor.split('-');
    if (run !== this.#run || !/^\d{1,15}$/.test(number)) return null;
    const sequence = Number(number);
    if (sequence < topic.since || sequence > this.#sequence) return null;
    const batches = this.#replay.after(sequence);
    return batches?.flatMap((batch) => batch.changes.filter((change) => change.topic === topic)) ?? null;
  }

  /** Lets go of what nobody has asked for in a while. */
  sweep(): void {
    const { clock, limits } = this.#options;
    for (const { topic } of this.#topics.values()) {
      if (topic.leftAt === null || clock.now() - topic.leftAt < limits.lingerMs) continue;
      this.#topics.delete(topic.id);
      this.#parts.get(topic.channel)?.follower.remove(topic);
    }
  }

  /** Tells what is about to be told. To be called before topics are read: what they have is told to nobody twice. */
  settle(): void {
    this.#broadcast.flush();
  }

  async stop(): Promise<void> {
    this.#broadcast.stop();
    await Promise.all([...this.#parts.values()].map(({ follower }) => follower.stop()));
  }

  #open(channel: Channel): Part {
    const { pool, catalog, source, clock, logger, limits } = this.#options;
    const audience = new Audience(channel);
    const follower = new Follower({
      channel,
      reader: new Reader(pool, channel, catalog),
      source,
      limits,
      clock,
      logger,
      reading: () => this.#broadcast.read(),
      publish: (changes) => this.#broadcast.add(channel, changes),
    });
    return { follower, audience };
  }

  #publish(channel: Channel, changes: readonly TopicChange[]): void {
    const before = this.cursor;
    this.#sequence++;
    this.#replay.add({ sequence: this.#sequence, changes });
    this.#parts.get(channel)?.audience.publish(changes, { before, after: this.cursor }, this.#concerned);
  }

  #published(): void {
    const concerned = this.#concerned;
    this.#concerned = new Set();
    for (const subscriber of concerned) subscriber.delivered();
  }

  #create(subject: Subject) {
    const topic = new Topic(subject);
    const follower = this.#parts.get(subject.channel)?.follower;
    const ready = (follower?.add(topic) ?? Promise.resolve()).then(
      () => {
        topic.since = this.#sequence;
      },
      (error: unknown) => {
        this.#topics.delete(topic.id);
        throw error;
      },
    );
    const entry = { topic, ready };
    this.#topics.set(topic.id, entry);
    return entry;
  }
}
