import { randomBytes } from 'node:crypto';
import { parse as parseExactly } from 'lossless-json';
import type pg from 'pg';
import { asked, type Consumer, loadKafka, type Message } from '../../../engine/kafka/client.ts';
import { columnArray } from '../../../engine/kafka/columnArray.ts';
import type { KafkaTable } from '../../../engine/kafka/table.ts';
import { Unfit } from '../../../engine/kafka/value.ts';

type Row = readonly (string | null)[];

const CONNECT_WITHIN_MS = 10_000;
const LOOK_MS = 100;
const LOOK = 500;

/** A table that reads its topic from the beginning, as RisingWave's do: it asks nobody, and tells nobody what it could not read. */
export class TopicTable {
  readonly #consumer: Consumer;
  readonly #client: pg.Pool;
  readonly #table: KafkaTable;
  #running: Promise<void> = Promise.resolve();
  #stopping = false;

  private constructor(client: pg.Pool, table: KafkaTable, consumer: Consumer) {
    this.#client = client;
    this.#table = table;
    this.#consumer = consumer;
  }

  /** @throws Error when no broker answers, or the topic is not there */
  static async open(client: pg.Pool, table: KafkaTable, brokers: string): Promise<TopicTable> {
    const consumer = new (loadKafka().KafkaConsumer)(
      {
        'bootstrap.servers': brokers,
        'group.id': `rw-consumer-${randomBytes(6).toString('hex')}`,
        'enable.auto.commit': false,
      },
      { 'auto.offset.reset': 'earliest' },
    );
    consumer.on('event.error', () => {}); // The library goes on by itself.
    await asked<unknown>((done) => consumer.connect({ timeout: CONNECT_WITHIN_MS }, done));
    try {
      consumer.assign((await partitionsOf(consumer, table.topic)).map((at) => ({ ...at, offset: 0 })));
    } catch (error) {
      await closed(consumer);
      throw error;
    }
    consumer.setDefaultConsumeTimeout(LOOK_MS);
    consumer.setDefaultIsTimeoutOnlyForFirstMessage(true);
    return new TopicTable(client, table, consumer);
  }

  /** Once the table is there. */
  begin(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
    await closed(this.#consumer);
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      // While the broker is away there is nothing to read.
      const messages = await asked<Message[]>((done) => this.#consumer.consume(LOOK, done)).catch(() => []);
      const rows = messages.map(({ value }) => rowOf(this.#table, value)).filter((row) => row !== null);
      if (rows.length === 0) continue;
      const values = this.#table.columns.map((_, column) => columnArray(rows, column));
      await this.#client.query(this.#table.insertNew, values);
    }
  }
}

/** A field that does not fit is null. A document that can't be read, or has no key, is no row. */
export function rowOf({ columns }: KafkaTable, value: Buffer | null): Row | null {
  let fields: unknown;
  try {
    fields = parseExactly(value?.toString('utf8') ?? '');
  } catch {
    return null;
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return null;
  const given = fields as Readonly<Record<string, unknown>>;
  const row = columns.map(({ name, read }) => orNull(() => read(given[name])));
  return columns.some(({ key }, column) => key && row[column] === null) ? null : row;
}

function orNull(read: () => string): string | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unfit) return null;
    throw error;
  }
}

async function partitionsOf(consumer: Consumer, topic: string) {
  const { topics } = await asked<{
    topics: readonly { name: string; partitions: readonly { id: number }[] }[];
  }>((done) => consumer.getMetadata({ timeout: CONNECT_WITHIN_MS, topic }, done));
  const partitions = topics.find(({ name }) => name === topic)?.partitions ?? [];
  if (partitions.length === 0) throw new Error(`topic ${topic} not found`);
  return partitions.map(({ id }) => ({ topic, partition: id }));
}

function closed(consumer: Consumer): Promise<void> {
  return new Promise((resolve) => consumer.disconnect(resolve));
}
