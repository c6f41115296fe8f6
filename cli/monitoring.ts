import type { MonitoringIndex } from '../api/monitoring/choose.ts';
import type { Config } from '../config/config.ts';
import { systemClock } from '../engine/clock.ts';
import { connectElasticsearch } from '../jobs/indexing/connect.ts';
import { runHealthSamples } from '../jobs/indexing/health.ts';
import { type IndexingStatus, startIndexing } from '../jobs/indexing/indexing.ts';
import { ownerPool } from '../jobs/ownerPool.ts';

export interface MonitoringOptions {
  readonly config: Config;
  /** The database's address, as its owner. */
  readonly url: string;
  readonly say: (sentence: string) => void;
}

/** Monitoring at work: samples of health, and the index where there is one. */
export interface OpenMonitoring {
  /** For `monitoringRoutes`; null without Elasticsearch. */
  readonly index: MonitoringIndex | null;
  /** Null without Elasticsearch. */
  readonly status: () => IndexingStatus | null;
  /** Works until the signal, then ends its connections. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** An index that equalled the tables this long ago, in milliseconds, is asked instead of them. */
const FRESH_MS = 60_000;

/** Opens monitoring; nothing is asked of Elasticsearch before it runs. */
export async function openMonitoring({ config, url, say }: MonitoringOptions): Promise<OpenMonitoring> {
  const retentionDays = config.MONITORING_RETENTION_DAYS;
  const pool = ownerPool(url, 'tickwave monitoring', 3);
  const shared = { pool, clock: systemClock, retentionDays, say };
  const client = await clientOf(config);
  const place = config.ELASTICSEARCH_URL === null ? '' : new URL(config.ELASTICSEARCH_URL).host;
  const indexing = client === null ? null : startIndexing({ ...shared, client, url: place });
  const complete = (): boolean => {
    const at = indexing?.status().completeAt ?? null;
    return at !== null && systemClock.now() - at < FRESH_MS;
  };
  return {
    index: client === null ? null : { client, retentionDays, complete },
    status: () => indexing?.status() ?? null,
    run: async (signal) => {
      await Promise.all([runHealthSamples(shared, signal), indexing?.run(signal)]);
      await client?.close();
      await pool.end();
    },
  };
}

async function clientOf(config: Config) {
  if (config.ELASTICSEARCH_URL === null) return null;
  return connectElasticsearch({
    url: config.ELASTICSEARCH_URL,
    user: config.ELASTICSEARCH_USER,
    password: config.ELASTICSEARCH_PASSWORD,
    apiKey: config.ELASTICSEARCH_API_KEY,
  });
}
