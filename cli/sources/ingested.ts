import type { FeedsReport } from '../../api/schemas/feeds.ts';
import type { Config } from '../../config/config.ts';
import { loadCatalog } from '../../engine/catalog/catalog.ts';
import type { Clock } from '../../engine/clock.ts';
import { KafkaIngest } from '../../engine/kafka/ingest.ts';
import type { EngineProfile } from '../../engine/profile.ts';
import type { Source } from './source.ts';
import { together } from './together.ts';

export interface IngestedOptions {
  readonly config: Config;
  /** Address of the database, as its owner. */
  readonly url: string;
  readonly profile: EngineProfile;
  readonly clock: Clock;
  /** Words for people. */
  readonly say: (line: string) => void;
}

/** The source with the engine's own reading of Kafka beside it; the source alone without KAFKA_BROKERS. */
export async function ingested(source: Source, options: IngestedOptions): Promise<Source> {
  const { config, url, profile, clock, say } = options;
  if (config.KAFKA_BROKERS === null || profile.topicsReadBy === 'database') return source;
  const catalog = await loadCatalog(config.SQL_DIR);
  const ingest = new KafkaIngest({ url, brokers: config.KAFKA_BROKERS, catalog, clock, say });
  return {
    ...source,
    run: (signal) => together([(until) => source.run(until), (until) => ingest.run(until)], signal),
    // What counts is what is stored, not what was handed to the broker.
    landed: () => ingest.state().rows,
    doing: () => `${source.doing()}, Kafka ${lagOf(ingest)}`,
    report: () => withIngest(source.report(), ingest),
  };
}

function lagOf(ingest: KafkaIngest): string {
  const { lag, error } = ingest.state();
  if (error !== null) return `in trouble: ${error}`;
  return lag === null ? 'connecting' : `${lag} messages behind`;
}

function withIngest(report: FeedsReport, ingest: KafkaIngest): FeedsReport {
  const { lag, error } = ingest.state();
  const produced = report.kafka ?? { connected: error === null, spooled: 0, lag: null, error: null };
  return { ...report, kafka: { ...produced, lag, error: produced.error ?? error } };
}
