import { asked, type KafkaError, type KafkaLibrary, type Producer } from '../../engine/kafka/client.ts';

/** How topics that are not there yet are made. */
export interface TopicSettings {
  readonly partitions: number;
  readonly retentionHours: number;
}

const WITHIN_MS = 10_000;
const ALREADY_EXISTS = 36;

/** Makes the topics that are not there; those that are stay as they are. */
export async function makeTopics(
  library: KafkaLibrary,
  producer: Producer,
  topics: readonly string[],
  settings: TopicSettings,
): Promise<void> {
  const found = await asked<{ readonly topics: readonly { readonly name: string }[] }>((done) =>
    producer.getMetadata({ timeout: WITHIN_MS }, done),
  );
  const there = new Set(found.topics.map((topic) => topic.name));
  const admin = library.AdminClient.createFrom(producer);
  for (const topic of topics) {
    if (there.has(topic)) continue;
    try {
      await asked((done) => admin.createTopic(newTopic(topic, settings), WITHIN_MS, done));
    } catch (error) {
      // Another process was faster.
      if ((error as KafkaError).code !== ALREADY_EXISTS) throw error;
    }
  }
}

function newTopic(topic: string, { partitions, retentionHours }: TopicSettings) {
  return {
    topic,
    num_partitions: partitions,
    // As many copies as the cluster's default says.
    replication_factor: -1,
    config: { 'retention.ms': String(retentionHours * 3_600_000), 'cleanup.policy': 'delete' },
  };
}
