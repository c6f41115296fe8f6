import { join } from 'node:path';
import type { FeedsReport } from '../../api/schemas/feeds.ts';
import type { Config } from '../../config/config.ts';
import { ConfigError } from '../../config/errors.ts';
import { KafkaLanding } from '../../connectors/kafka/kafkaLanding.ts';
import type { Landing } from '../../connectors/landing.ts';
import { PostgresLanding } from '../../connectors/postgresLanding.ts';
import { loadCatalog } from '../../engine/catalog/catalog.ts';
import type { Clock } from '../../engine/clock.ts';
import { kafkaTopics } from '../../engine/kafka/table.ts';

export interface LandingOptions {
  readonly config: Config;
  /** Address of the database, as its owner. */
  readonly url: string;
  readonly clock: Clock;
  /** Words for people. */
  readonly say: (line: string) => void;
}

/** Where a source lands, until it is closed. */
export interface OpenLanding {
  readonly landing: Landing;
  /** How it stands with the broker; null without one. */
  kafka(): FeedsReport['kafka'];
  close(): Promise<void>;
}

/** The database itself, or with KAFKA_BROKERS the topics of its tables. */
export async function openLanding(options: LandingOptions): Promise<OpenLanding> {
  const { config, url, clock, say } = options;
  const tables = new PostgresLanding({ connection: url, durable: true });
  if (config.KAFKA_BROKERS === null)
    return { landing: tables, kafka: () => null, close: () => tables.close() };
  const landing = await KafkaLanding.open({
    brokers: config.KAFKA_BROKERS,
    topics: await topicsOf(config),
    tables,
    partitions: config.KAFKA_PARTITIONS,
    retentionHours: config.KAFKA_RETENTION_HOURS,
    spoolFolder: join(config.DATA_DIR, 'spool'),
    spoolLimitBytes: config.KAFKA_SPOOL_MB * 1024 * 1024,
    clock,
    say,
  });
  return {
    landing,
    kafka() {
      const { connected, kafka, words } = landing.state();
      const trouble = kafka.trouble ?? (connected ? null : words);
      return { connected, spooled: kafka.spooledRows, lag: null, error: trouble };
    },
    async close() {
      await landing.close();
      await tables.close();
    },
  };
}

async function topicsOf(config: Config) {
  const topics = kafkaTopics(await loadCatalog(config.SQL_DIR));
  const of = (table: string): string => {
    const topic = topics.get(table);
    if (topic !== undefined) return topic;
    const problem = {
      variable: 'KAFKA_BROKERS',
      value: `'${config.KAFKA_BROKERS}'`,
      allowed: `left out, for sql/landing/${table}.sql names no topic`,
    };
    throw new ConfigError([problem], []);
  };
  return {
    trades: of('trades'),
    heartbeats: of('heartbeats'),
    news: of('news'),
    newsScores: of('news_scores'),
  };
}
