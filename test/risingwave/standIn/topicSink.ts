import type pg from 'pg';
import { asked, loadKafka, type Producer } from '../../../engine/kafka/client.ts';

const WITHIN_MS = 10_000;

/** Names and values of `name = 'value'`. */
export function sinkOptions(sql: string): ReadonlyMap<string, string> {
  return new Map(
    [...sql.matchAll(/([\w.]+) = '([^']*)'/g)].map(([, name = '', value = '']) => [name, value]),
  );
}

/** Sends what a subscription tells to a topic, by key, the newest value of it: `format upsert encode json`. */
export class TopicSink {
  /** The subscription that it follows. */
  readonly subscription: string;
  readonly #client: pg.Pool;
  readonly #producer: Producer;
  readonly #topic: string;
  readonly #key: readonly string[];
  #sent = 0;

  private constructor(
    client: pg.Pool,
    producer: Producer,
    subscription: string,
    options: ReadonlyMap<string, string>,
  ) {
    this.#client = client;
    this.#producer = producer;
    this.subscription = subscription;
    this.#topic = options.get('topic') ?? '';
    this.#key = (options.get('primary_key') ?? '').split(',');
  }

  /** @throws Error when no broker answers, or the topic is not there */
  static async open(
    client: pg.Pool,
    subscription: string,
    options: ReadonlyMap<string, string>,
  ): Promise<TopicSink> {
    const brokers = options.get('properties.bootstrap.server') ?? '';
    const producer = new (loadKafka().Producer)({ 'bootstrap.servers': brokers });
    producer.on('event.error', () => {}); // The library goes on by itself.
    await asked<unknown>((done) => producer.connect({ timeout: WITHIN_MS }, done));
    const sink = new TopicSink(client, producer, subscription, options);
    try {
      const { topics } = await asked<{ readonly topics: readonly { readonly name: string }[] }>((done) =>
        producer.getMetadata({ timeout: WITHIN_MS }, done),
      );
      if (!topics.some(({ name }) => name === sink.#topic)) throw new Error(`topic ${sink.#topic} not found`);
    } catch (error) {
      await sink.stop();
      throw error;
    }
    return sink;
  }

  /** Sends what was noted since the last call. */
  async send(): Promise<void> {
    const { rows } = await this.#client.query<{ seq: string; op: string; row: Record<string, unknown> }>(
      `select seq, op, to_jsonb(told) - array['seq', 'op', 'rw_timestamp'] as row from standin.changes_${this.subscription} as told where seq > $1 order by seq`,
      [this.#sent],
    );
    for (const { seq, op, row } of rows) {
      const key = JSON.stringify(Object.fromEntries(this.#key.map((name) => [name, row[name]])));
      // No value: the key is gone.
      const value = op === 'Delete' ? null : Buffer.from(JSON.stringify(row));
      this.#producer.produce(this.#topic, null, value as Buffer, key, null, null, []);
      this.#sent = Number(seq);
    }
  }

  /** Waits for what was sent to be there. */
  stop(): Promise<void> {
    return new Promise((resolve) => this.#producer.disconnect(WITHIN_MS, () => resolve()));
  }
}
