import type { Config } from '../config/config.ts';
import { makeTopics } from '../connectors/kafka/topics.ts';
import { asked, KafkaClientMissing, type KafkaLibrary, loadKafka } from '../engine/kafka/client.ts';

const WITHIN_MS = 10_000;

type Settings = Pick<Config, 'KAFKA_BROKERS' | 'KAFKA_PARTITIONS' | 'KAFKA_RETENTION_HOURS'>;

/** What makes topics that are not there on the brokers of a configuration; nothing without brokers. */
export function topicMaker(
  config: Settings,
  say: (line: string) => void,
): ((topics: readonly string[]) => Promise<void>) | undefined {
  const {
    KAFKA_BROKERS: brokers,
    KAFKA_PARTITIONS: partitions,
    KAFKA_RETENTION_HOURS: retentionHours,
  } = config;
  if (brokers === null) return undefined;
  return async (topics) => {
    const library = clientLibrary();
    if (library === null) {
      say(`the Kafka client is not installed, so these topics have to be there: ${topics.join(', ')}`);
      return;
    }
    const producer = new library.Producer({ 'bootstrap.servers': brokers, 'client.id': 'tickwave' });
    producer.on('event.error', () => {}); // Whoever asks is answered.
    await asked<unknown>((done) => producer.connect({ timeout: WITHIN_MS }, done)).catch((cause) => {
      throw new Error(`Kafka (${brokers}): ${(cause as Error).message}`, { cause });
    });
    try {
      await makeTopics(library, producer, topics, { partitions, retentionHours });
    } finally {
      await new Promise<void>((resolve) => producer.disconnect(WITHIN_MS, () => resolve()));
    }
  };
}

/** RisingWave reads topics itself, so Tickwave may be without. */
function clientLibrary(): KafkaLibrary | null {
  try {
    return loadKafka();
  } catch (error) {
    if (error instanceof KafkaClientMissing) return null;
    throw error;
  }
}
