import {
  type Admin,
  asked,
  type Consumer,
  type KafkaError,
  type KafkaLibrary,
  type Message,
  type Settings,
  type TopicDescription,
  type TopicOffset,
  type TopicPartition,
  type Watermarks,
} from './client.ts';
import { type BrokerPartition, keyOf } from './positions.ts';

export interface ReaderOptions {
  readonly library: KafkaLibrary;
  readonly brokers: string;
  readonly groupId: string;
  readonly topics: readonly string[];
  /** More settings of librdkafka, for tests. */
  readonly settings?: Settings;
  readonly onTrouble: (words: string) => void;
}

const ASSIGN = -175;
const NO_SUCH_OFFSET = -140;
const CONNECT_WITHIN_MS = 5_000;
const ASK_WITHIN_MS = 5_000;
/** Nothing to read: how long one look takes. */
const WAIT_MS = 100;
/** Messages of one look, at most: what the library hands over at once is in memory whole. */
export const LOOK = 256;
const CLOSE_WITHIN_MS = 5_000;
/** A broker that is there answers a question of its own within this. */
const ANSWER_WITHIN_MS = 1_500;

/** One consumer client: which partitions the group gives it, and their messages. It reads nothing until `goOn`. */
export class Reader {
  readonly #consumer: Consumer;
  readonly #admin: Admin;
  readonly #options: ReaderOptions;
  #partitions: readonly TopicPartition[] = [];
  #paused = new Map<string, TopicPartition>();
  #reading = false;
  #fatal: KafkaError | null = null;

  private constructor(options: ReaderOptions, consumer: Consumer, admin: Admin) {
    this.#options = options;
    this.#consumer = consumer;
    this.#admin = admin;
  }

  /** Rejects when no broker answers. */
  static async open(options: ReaderOptions): Promise<Reader> {
    let reader: Reader | null = null;
    const early: { error: KafkaError; partitions: readonly TopicPartition[] }[] = [];
    const consumer: Consumer = new options.library.KafkaConsumer(
      {
        'bootstrap.servers': options.brokers,
        'group.id': options.groupId,
        'client.id': 'tickwave',
        'enable.auto.commit': false,
        'enable.auto.offset.store': false,
        'allow.auto.create.topics': false,
        'partition.assignment.strategy': 'roundrobin',
        'session.timeout.ms': 10_000,
        // Topics that are made later are found within this.
        'topic.metadata.refresh.interval.ms': 5_000,
        'queued.max.messages.kbytes': 16_384,
        'fetch.wait.max.ms': 50,
        'reconnect.backoff.max.ms': 1_000,
        rebalance_cb: (error: KafkaError, partitions: readonly TopicPartition[]) => {
          if (reader === null) early.push({ error, partitions });
          else reader.#rebalance(error, partitions);
        },
        ...options.settings,
      },
      // An offset that is not there is looked into, never jumped over by the library.
      { 'auto.offset.reset': 'error' },
    );
    consumer.on('event.error', (error) => {
      options.onTrouble(error.message);
      if (error.isFatal && reader !== null) reader.#fatal = error;
    });
    await asked<unknown>((done) => consumer.connect({ timeout: CONNECT_WITHIN_MS }, done)).catch((cause) => {
      throw new Error(`Kafka (${options.brokers}): ${(cause as Error).message}`, { cause });
    });
    consumer.setDefaultConsumeTimeout(WAIT_MS);
    consumer.setDefaultIsTimeoutOnlyForFirstMessage(true);
    consumer.subscribe(options.topics);
    reader = new Reader(options, consumer, options.library.AdminClient.createFrom(consumer));
    for (const { error, partitions } of early) reader.#rebalance(error, partitions);
    return reader;
  }

  /** What the group gave to this consumer. */
  get partitions(): readonly TopicPartition[] {
    return this.#partitions;
  }

  /** Partitions were given (or were stopped by `halt`) and wait for `goOn`. */
  get halted(): boolean {
    return !this.#reading && this.#partitions.length > 0;
  }

  /** Reads from these offsets on. */
  goOn(offsets: readonly TopicOffset[]): void {
    this.#consumer.assign(offsets);
    this.#consumer.resume(offsets);
    this.#paused.clear();
    this.#reading = true;
  }

  /** Reads all partitions but these. */
  pauseOnly(partitions: readonly TopicPartition[]): void {
    const wanted = new Map(partitions.map((partition) => [keyOf(partition), partition]));
    const resumed = [...this.#paused.values()].filter((partition) => !wanted.has(keyOf(partition)));
    const paused = partitions.filter((partition) => !this.#paused.has(keyOf(partition)));
    if (!this.#reading) return;
    if (resumed.length > 0) this.#consumer.resume(resumed);
    if (paused.length > 0) this.#consumer.pause(paused);
    this.#paused = wanted;
  }

  /** Reads nothing until `goOn`, and stays in the group. */
  halt(): void {
    this.#reading = false;
    this.#consumer.unassign();
  }

  /** Some messages, or none after a moment. It has to be called also while nothing is read, or the group gives up on this consumer. */
  async look(): Promise<Message[]> {
    if (this.#fatal !== null) throw this.#fatal;
    try {
      return await asked<Message[]>((done) => this.#consumer.consume(LOOK, done));
    } catch (error) {
      const { code, message } = error as KafkaError;
      if (code === NO_SUCH_OFFSET) throw error;
      // A topic that is not there yet, a broker that is away: the library goes on by itself.
      this.#options.onTrouble(message);
      return [];
    }
  }

  /** The partitions' first and last offsets and their topics' ids, as the broker has them now. */
  async describe(): Promise<BrokerPartition[]> {
    const partitions = this.#partitions;
    const ids = await this.#topicIds([...new Set(partitions.map(({ topic }) => topic))]);
    return Promise.all(
      partitions.map(async ({ topic, partition }) => {
        const { lowOffset, highOffset } = await asked<Watermarks>((done) =>
          this.#consumer.queryWatermarkOffsets(topic, partition, ASK_WITHIN_MS, done),
        );
        return { topic, partition, low: lowOffset, high: highOffset, topicId: ids.get(topic) ?? null };
      }),
    );
  }

  /** Tells the broker how far it is, for tools that show lag. Nothing rests on it. */
  report(offsets: readonly TopicOffset[]): void {
    try {
      this.#consumer.commit(offsets);
    } catch {
      // The partitions were taken away in between.
    }
  }

  /**
   * Leaves the group. While no broker answers it is not left: the library would wait for the answer in a thread that the
   * process waits for at its end. The group notices by itself.
   */
  async close(): Promise<void> {
    const answers = await asked<unknown>((done) =>
      this.#consumer.getMetadata({ timeout: ANSWER_WITHIN_MS }, done),
    ).then(
      () => true,
      () => false,
    );
    if (!answers) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_WITHIN_MS);
    });
    await Promise.race([new Promise<void>((resolve) => this.#consumer.disconnect(resolve)), late]);
    clearTimeout(timer);
  }

  #rebalance(error: KafkaError, partitions: readonly TopicPartition[]): void {
    const given = error.code === ASSIGN;
    this.#partitions = given ? partitions.map(({ topic, partition }) => ({ topic, partition })) : [];
    this.#reading = false;
    try {
      // What is given is read once it is known from where.
      if (!given || partitions.length === 0) this.#consumer.unassign();
    } catch (cause) {
      this.#options.onTrouble((cause as Error).message);
    }
  }

  /** Without the right to describe topics, or from a broker that can't: no ids. */
  async #topicIds(topics: readonly string[]): Promise<ReadonlyMap<string, string>> {
    try {
      const found = await asked<readonly TopicDescription[]>((done) =>
        this.#admin.describeTopics(topics, { timeout: ASK_WITHIN_MS }, done),
      );
      return new Map(found.flatMap(({ name, topicId }) => (topicId ? [[name, topicId.base64]] : [])));
    } catch {
      return new Map();
    }
  }
}
