import type { Catalog } from '../catalog/catalog.ts';
import { type Clock, systemClock } from '../clock.ts';
import { Alignment } from './alignment.ts';
import { type KafkaLibrary, loadKafka, type Message, type Settings, type TopicPartition } from './client.ts';
import { type BrokerPartition, keyOf } from './positions.ts';
import { LOOK, Reader } from './reader.ts';
import { type KafkaIngestState, Report } from './report.ts';
import { OffsetStore } from './store.ts';
import { type KafkaTable, KafkaTableError, kafkaTables } from './table.ts';

export interface KafkaIngestOptions {
  /** Address of the database, as its owner. The landing tables are there. */
  readonly url: string;
  /** `host:port`, several with commas. */
  readonly brokers: string;
  readonly catalog: Catalog;
  /** Consumers of one group share the partitions, so one group a database. Without it: a name made of the database's own. */
  readonly groupId?: string;
  readonly clock?: Clock;
  /** Words for people. */
  readonly say?: (line: string) => void;
  /** Messages of one transaction, at most. */
  readonly maxBatchRows?: number;
  /** Bytes after which a batch takes no more. */
  readonly maxBatchBytes?: number;
  /** More settings of librdkafka, for tests. */
  readonly settings?: Settings;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** Between questions to the broker about the ends of partitions. */
const DESCRIBE_EVERY_MS = 2_000;

/**
 * Stores the messages of the topics behind landing tables, each exactly once: rows and offsets are one transaction, reading
 * starts at the stored offset, and what is stored already is passed over. What can't be used becomes a row of `dead_letters`.
 *
 * @example
 * const ingest = new KafkaIngest({ url, brokers: 'localhost:9092', catalog });
 * const ended = ingest.run(stopping.signal);
 */
export class KafkaIngest {
  readonly #options: Required<Omit<KafkaIngestOptions, 'groupId' | 'settings'>> & KafkaIngestOptions;
  readonly #library: KafkaLibrary;
  readonly #tables: readonly KafkaTable[];
  readonly #store: OffsetStore;
  readonly #alignment = new Alignment();
  readonly #next = new Map<string, number>();
  /** `#next` when the broker was last asked. */
  #inspected: ReadonlyMap<string, number> = new Map();
  #broker: ReadonlyMap<string, BrokerPartition> = new Map();
  #partitions: readonly TopicPartition[] = [];
  readonly #report: Report;

  /** @throws KafkaClientMissing; KafkaTableError when a table asks for what can't be done. */
  constructor(options: KafkaIngestOptions) {
    this.#options = {
      clock: systemClock,
      say: () => undefined,
      maxBatchRows: 5_000,
      maxBatchBytes: 8 * 1024 * 1024,
      ...options,
    };
    this.#report = new Report(this.#options.clock, this.#options.say);
    this.#tables = kafkaTables(options.catalog);
    if (options.catalog.find('dead_letters') === undefined)
      throw new KafkaTableError(
        'sql/ has no table dead_letters, which takes the messages that cannot be used',
      );
    this.#library = loadKafka();
    this.#store = new OffsetStore(options.url, this.#tables, this.#options.clock);
  }

  state(): KafkaIngestState {
    return this.#report.state(this.#partitions, this.#next, this.#broker);
  }

  /** Reads and stores until the signal aborts. A broker or a database that is away is tried again for ever. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#tables.length === 0) return;
    const { clock } = this.#options;
    let pause = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      const before = this.#report.counts.messages;
      try {
        await this.#session(signal);
      } catch (error) {
        this.#report.trouble((error as Error).message);
      }
      pause = this.#report.counts.messages > before ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, pause * 2);
      await clock.sleep(pause, signal);
    }
    await this.#store.close();
  }

  /** The life of one consumer client. Rejects when a new one is needed. */
  async #session(signal: AbortSignal): Promise<void> {
    const { brokers, groupId, settings } = this.#options;
    const reader = await Reader.open({
      library: this.#library,
      brokers,
      groupId: groupId ?? `tickwave-${await this.#store.identity()}`,
      topics: this.#tables.map(({ topic }) => topic),
      onTrouble: (words) => this.#report.trouble(`Kafka (${brokers}): ${words}`),
      ...(settings === undefined ? {} : { settings }),
    });
    this.#report.fine();
    try {
      await this.#follow(reader, signal);
    } finally {
      this.#partitions = [];
      this.#next.clear();
      await reader.close();
    }
  }

  async #follow(reader: Reader, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    let [pause, notBefore, describeAt] = [FIRST_PAUSE_MS, 0, 0];
    while (!signal.aborted) {
      this.#partitions = reader.partitions;
      try {
        if (reader.halted && clock.now() >= notBefore) await this.#begin(reader);
        await this.#batch(reader);
        if (!reader.halted && clock.now() >= describeAt) {
          describeAt = clock.now() + DESCRIBE_EVERY_MS;
          await this.#inspect(reader);
        }
        if (!reader.halted) pause = FIRST_PAUSE_MS;
      } catch (error) {
        if (isFatal(error)) throw error;
        this.#report.trouble((error as Error).message);
        this.#next.clear();
        reader.halt();
        notBefore = clock.now() + pause;
        pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
      }
    }
  }

  /** Finds where each partition goes on, and reads from there. */
  async #begin(reader: Reader): Promise<void> {
    const given = reader.partitions;
    const described = await reader.describe();
    const { offsets, resets } = await this.#store.positions(described);
    // The group may have given other partitions meanwhile; they come next.
    if (reader.partitions !== given) return;
    for (const words of resets) this.#report.reset(words);
    this.#next.clear();
    for (const offset of offsets) this.#next.set(keyOf(offset), offset.offset);
    this.#broker = new Map(described.map((partition) => [keyOf(partition), partition]));
    this.#alignment.begin(offsets, this.#options.clock.now());
    reader.goOn(offsets);
    this.#report.fine();
  }

  async #batch(reader: Reader): Promise<void> {
    const given = reader.partitions;
    const messages = await this.#gather(reader);
    // Read under an assignment that has ended: whoever has the partition now reads them too.
    if (messages.length === 0 || reader.partitions !== given || reader.halted) return;
    const { rows, letters, offsets, behind } = await this.#store.store(messages, this.#next);
    this.#report.counts.messages += messages.length;
    this.#report.counts.rows += rows;
    this.#report.counts.deadLetters += letters;
    if (reader.partitions !== given) return;
    for (const offset of offsets) this.#next.set(keyOf(offset), offset.offset);
    if (behind.length > 0) {
      const names = behind.map(keyOf).join(', ');
      this.#report.say(`the database went back for ${names}: reading again from what is stored`);
      this.#next.clear();
      reader.halt();
      return;
    }
    this.#report.fine();
    reader.report(offsets);
  }

  async #gather(reader: Reader): Promise<Message[]> {
    const { maxBatchRows, maxBatchBytes, clock } = this.#options;
    const messages: Message[] = [];
    for (let bytes = 0; messages.length < maxBatchRows && bytes < maxBatchBytes; ) {
      const some = await reader.look();
      const admitted = this.#alignment.admit(some, this.#broker, clock.now());
      reader.pauseOnly(this.#alignment.toPause());
      for (const message of admitted) {
        messages.push(message);
        bytes += message.size;
      }
      // There is no more for now: what is there does not wait for a batch to be full.
      if (some.length < LOOK) break;
    }
    return messages;
  }

  /** Asks the broker how far partitions reach, for the lag, and whether they are still what they were. */
  async #inspect(reader: Reader): Promise<void> {
    const given = reader.partitions;
    if (given.length === 0) return;
    const before = this.#broker;
    let described: BrokerPartition[];
    try {
      described = await reader.describe();
    } catch (error) {
      // One broker of several may be away: what the others have is read on.
      this.#report.trouble(`Kafka (${this.#options.brokers}): ${(error as Error).message}`);
      return;
    }
    if (reader.partitions !== given) return;
    const stood = this.#inspected;
    this.#inspected = new Map(this.#next);
    this.#broker = new Map(described.map((partition) => [keyOf(partition), partition]));
    const lost = described.filter((now) => {
      const key = keyOf(now);
      const next = this.#next.get(key) ?? 0;
      // What the topic no longer has may still be on its way here: it is lost when reading stands still.
      const lost = next < now.low && stood.get(key) === next;
      return lost || next > now.high || isAnother(now, before.get(key));
    });
    if (lost.length === 0) {
      this.#report.fine();
      return;
    }
    this.#next.clear();
    reader.halt();
  }
}

function isAnother(now: BrokerPartition, before: BrokerPartition | undefined): boolean {
  const [a, b] = [now.topicId, before?.topicId ?? null];
  return a !== null && b !== null && a !== b;
}

function isFatal(error: unknown): boolean {
  return error instanceof Error && 'isFatal' in error && error.isFatal === true;
}
