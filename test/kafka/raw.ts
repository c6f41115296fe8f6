import { asked, loadKafka, type Message } from '../../engine/kafka/client.ts';
import { waitFor } from '../support/cli.ts';

/** A message as it is, good or bad. */
export interface RawMessage {
  readonly key?: string;
  readonly value: Buffer | null;
  readonly partition?: number;
  readonly timestamp?: number;
  readonly headers?: readonly Readonly<Record<string, string>>[];
}

/** Sends messages as they are and waits until all are there. */
export async function sendRaw(
  brokers: string,
  topic: string,
  messages: readonly RawMessage[],
): Promise<void> {
  const producer = new (loadKafka().Producer)({
    'bootstrap.servers': brokers,
    'message.max.bytes': 20_000_000,
    dr_cb: true,
  });
  await asked<unknown>((done) => producer.connect({ timeout: 10_000 }, done));
  producer.setPollInBackground(true);
  await new Promise<void>((resolve, reject) => {
    let open = messages.length;
    producer.on('delivery-report', (error) => {
      if (error) reject(error);
      else if (--open === 0) resolve();
    });
    for (const { key = '', value, partition = null, timestamp = null, headers = [] } of messages)
      producer.produce(topic, partition as null, value as Buffer, key, timestamp, null, headers);
  });
  await new Promise<void>((resolve) => producer.disconnect(1000, resolve));
}

/** Everything in a topic, by partition and offset, once there are so many messages. */
export async function readTopic(brokers: string, topic: string, count: number): Promise<Message[]> {
  const consumer = new (loadKafka().KafkaConsumer)(
    { 'bootstrap.servers': brokers, 'group.id': `look-${topic}`, 'enable.auto.commit': false },
    { 'auto.offset.reset': 'earliest' },
  );
  await asked<unknown>((done) => consumer.connect({ timeout: 10_000 }, done));
  consumer.setDefaultConsumeTimeout(200);
  consumer.subscribe([topic]);
  const messages: Message[] = [];
  await waitFor(`${count} messages in ${topic}`, async () => {
    messages.push(...(await asked<Message[]>((done) => consumer.consume(1000, done))));
    return messages.length >= count;
  });
  await new Promise<void>((resolve) => consumer.disconnect(resolve));
  return messages.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}
