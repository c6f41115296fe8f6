import {
  asked,
  type KafkaError,
  type KafkaLibrary,
  loadKafka,
  type Producer,
  type Settings,
} from '../../engine/kafka/client.ts';
import { type OutgoingMessage, SCHEMA_VERSION } from './message.ts';
import type { Delivery } from './outbox.ts';
import { makeTopics, type TopicSettings } from './topics.ts';

export interface SenderOptions extends TopicSettings {
  /** `host:port`, several with commas. */
  readonly brokers: string;
  /** Topics that are made before the first message. */
  readonly topics: readonly string[];
  /** A message that no broker has acknowledged after so long counts as not delivered. */
  readonly deliverWithinMs?: number;
  /** More settings of librdkafka, for tests. */
  readonly settings?: Settings;
}

const DELIVER_WITHIN_MS = 10_000;
const CONNECT_WITHIN_MS = 5_000;
const ALL_BROKERS_DOWN = -187;
const HEADERS = [{ schema: SCHEMA_VERSION }];

/** A group of messages that is under way. */
interface Group {
  readonly arrived: boolean[];
  open: number;
  trouble: string | null;
  readonly end: () => void;
}

/**
 * Sends groups of messages, one group at a time, and knows which were acknowledged by all in-sync brokers.
 *
 * A producer that failed is given up and a new one is made: what the old one may still have on the wire can only be
 * persisted in its own order, behind what it persisted before, so the first copies of a key's messages are in order.
 */
export class Sender {
  private readonly options: SenderOptions;
  private readonly library: KafkaLibrary;
  private producer: Producer | null = null;
  private group: Group | null = null;
  private lastError = '';

  /** @throws KafkaClientMissing */
  constructor(options: SenderOptions) {
    this.options = options;
    this.library = loadKafka();
  }

  get connected(): boolean {
    return this.producer !== null;
  }

  /** Rejects when no broker answers, or topics can't be made. */
  async connect(): Promise<void> {
    if (this.producer !== null) return;
    const producer = this.newProducer();
    try {
      await asked<unknown>((done) => producer.connect({ timeout: CONNECT_WITHIN_MS }, done));
      producer.setPollInBackground(true);
      await makeTopics(this.library, producer, this.options.topics, this.options);
      this.producer = producer;
    } catch (error) {
      abandon(producer);
      throw new Error(`${this.options.brokers}: ${this.lastError || (error as Error).message}`, {
        cause: error,
      });
    }
  }

  /** Resolves when every message was acknowledged or given up. */
  async deliver(messages: readonly OutgoingMessage[]): Promise<Delivery<OutgoingMessage>> {
    try {
      await this.connect();
    } catch (error) {
      return { left: messages, trouble: (error as Error).message };
    }
    const group = await this.send(messages);
    const left = messages.filter((_, index) => !group.arrived[index]);
    if (left.length > 0) this.giveUp();
    return { left, trouble: group.trouble };
  }

  async close(): Promise<void> {
    const { producer } = this;
    this.producer = null;
    if (producer !== null) await new Promise<void>((resolve) => producer.disconnect(1000, resolve));
  }

  private send(messages: readonly OutgoingMessage[]): Promise<Group> {
    return new Promise((resolve) => {
      const group: Group = {
        arrived: new Array<boolean>(messages.length).fill(false),
        open: messages.length,
        trouble: null,
        end: () => {
          this.group = null;
          resolve(group);
        },
      };
      this.group = group;
      try {
        for (const [index, { topic, key, value }] of messages.entries())
          this.producer?.produce(topic, null, value, key, null, { group, index }, HEADERS);
      } catch (error) {
        group.trouble = (error as Error).message;
        group.end();
      }
    });
  }

  private newProducer(): Producer {
    const producer = new this.library.Producer(
      {
        'bootstrap.servers': this.options.brokers,
        'client.id': 'tickwave',
        'enable.idempotence': true,
        'compression.codec': 'lz4',
        'linger.ms': 2,
        'socket.keepalive.enable': true,
        'reconnect.backoff.max.ms': 1000,
        dr_cb: true,
        ...this.options.settings,
      },
      {
        acks: -1,
        'message.timeout.ms': this.options.deliverWithinMs ?? DELIVER_WITHIN_MS,
        // As the Java client does, so that other producers agree on a key's partition.
        partitioner: 'murmur2_random',
      },
    );
    producer.on('delivery-report', (error, report) => {
      const { group, index } = report.opaque as { readonly group: Group; readonly index: number };
      if (error) group.trouble ??= error.message;
      else group.arrived[index] = true;
      if (--group.open === 0 && this.group === group) group.end();
    });
    producer.on('event.error', (error) => this.troubled(producer, error));
    return producer;
  }

  /** Not every error is the end: the library connects again by itself. No broker at all is not waited for. */
  private troubled(producer: Producer, error: KafkaError): void {
    if (error.code !== ALL_BROKERS_DOWN) this.lastError = error.message;
    const { group } = this;
    if (this.producer !== producer || group === null) return;
    if (error.code !== ALL_BROKERS_DOWN && error.isFatal !== true) return;
    group.trouble ??= this.lastError || error.message;
    group.end();
  }

  private giveUp(): void {
    if (this.producer !== null) abandon(this.producer);
    this.producer = null;
  }
}

function abandon(producer: Producer): void {
  try {
    producer.disconnect(1, () => undefined);
  } catch {
    // It was not connected.
  }
}
