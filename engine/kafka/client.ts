import { createRequire } from 'node:module';

// The client library is an optional dependency: its types are not there where it is not, so the part of it that is used
// is written down here. Names and shapes are the library's own.

/** An error of the library; negative codes are its own, others the broker's. */
export interface KafkaError extends Error {
  readonly code: number;
  readonly isFatal?: boolean;
}

export type Done<T = void> = (error: KafkaError | null | undefined, result: T) => void;
export type Settings = Readonly<Record<string, unknown>>;

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface TopicOffset extends TopicPartition {
  readonly offset: number;
}

/** A message as it was read. */
export interface Message extends TopicOffset {
  readonly value: Buffer | null;
  readonly key: Buffer | null;
  readonly size: number;
  readonly timestamp?: number;
  readonly headers?: readonly Readonly<Record<string, Buffer | string>>[];
}

export interface Watermarks {
  readonly lowOffset: number;
  readonly highOffset: number;
}

export interface TopicMetadata {
  readonly name: string;
  readonly partitions: readonly { readonly id: number }[];
}

/** What producer and consumer share. */
export interface Client {
  connect(options: { readonly timeout: number }, done: Done<unknown>): void;
  getMetadata(
    options: { readonly timeout: number; readonly topic?: string },
    done: Done<{ readonly topics: readonly TopicMetadata[] }>,
  ): void;
  queryWatermarkOffsets(topic: string, partition: number, timeoutMs: number, done: Done<Watermarks>): void;
  on(event: 'event.error', listener: (error: KafkaError) => void): this;
}

export interface Producer extends Client {
  produce(
    topic: string,
    partition: null,
    value: Buffer,
    key: Buffer | string,
    timestamp: number | null,
    opaque: unknown,
    headers: readonly Readonly<Record<string, string>>[],
  ): void;
  setPollInBackground(on: boolean): void;
  disconnect(flushMs: number, done: () => void): void;
  on(event: 'event.error', listener: (error: KafkaError) => void): this;
  on(
    event: 'delivery-report',
    listener: (error: KafkaError | null, report: { readonly opaque?: unknown }) => void,
  ): this;
}

export interface Consumer extends Client {
  subscribe(topics: readonly string[]): void;
  consume(limit: number, done: Done<Message[]>): void;
  assign(offsets: readonly TopicOffset[]): void;
  unassign(): void;
  commit(offsets: readonly TopicOffset[]): void;
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  setDefaultConsumeTimeout(ms: number): void;
  setDefaultIsTimeoutOnlyForFirstMessage(on: boolean): void;
  disconnect(done: () => void): void;
}

/** A topic as the broker describes it; another id under the same name is another topic. */
export interface TopicDescription {
  readonly name: string;
  readonly topicId?: { readonly base64: string };
}

export interface Admin {
  getMetadata(options: { readonly timeout: number }, done: Done<unknown>): void;
  createTopic(
    topic: {
      readonly topic: string;
      readonly num_partitions: number;
      readonly replication_factor: number;
      readonly config: Readonly<Record<string, string>>;
    },
    timeoutMs: number,
    done: Done,
  ): void;
  deleteTopic(topic: string, timeoutMs: number, done: Done): void;
  describeTopics(
    topics: readonly string[],
    options: { readonly timeout: number },
    done: Done<readonly TopicDescription[]>,
  ): void;
  deleteRecords(offsets: readonly TopicOffset[], options: Settings, done: Done<unknown>): void;
  disconnect(): void;
}

/** The library. */
export interface KafkaLibrary {
  readonly Producer: new (settings: Settings, topicSettings?: Settings) => Producer;
  readonly KafkaConsumer: new (settings: Settings, topicSettings?: Settings) => Consumer;
  readonly AdminClient: {
    create(settings: Settings): Admin;
    createFrom(client: Client): Admin;
  };
}

const NAME = '@confluentinc/kafka-javascript';

/** Kafka is asked for and its client library is not installed, or was not built. */
export class KafkaClientMissing extends Error {
  override readonly name = 'KafkaClientMissing';
  readonly code = 'kafka-client-missing';

  constructor(cause: unknown) {
    super(
      `KAFKA_BROKERS is set, and the Kafka client (${NAME}) is not installed. ` +
        `Add it: \`CKJS_LINKING=dynamic npm install --no-save ${NAME}\`, which builds it in some minutes and needs g++, make, python3 ` +
        'and headers (on Debian: apt-get install g++ make python3 libssl-dev zlib1g-dev). Or unset KAFKA_BROKERS.',
      { cause },
    );
  }
}

/**
 * The client library, loaded when it is first asked for.
 * @throws KafkaClientMissing when it is not there, or was not built.
 */
export function loadKafka(): KafkaLibrary {
  try {
    return createRequire(import.meta.url)(NAME) as KafkaLibrary;
  } catch (cause) {
    throw new KafkaClientMissing(cause);
  }
}

/** Calls a function of the library that answers by a callback. */
export function asked<T = void>(call: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, result) => (error ? reject(error) : resolve(result)));
  });
}
