import pg from 'pg';
import type { MonitoringIndex } from '../api/monitoring/choose.ts';
import type { Config } from '../config/config.ts';
import { systemClock } from '../engine/clock.ts';
import { connectElasticsearch } from '../jobs/indexing/connect.ts';
import { type Indexing, startIndexing } from '../jobs/indexing/indexing.ts';

/** The monitoring index in Elasticsearch. */
export interface OpenIndex {
  /** For the API, which reads from it. */
  readonly index: MonitoringIndex;
  /** Keeps it up to date. */
  readonly indexing: Indexing;
  close(): Promise<void>;
}

/** One keeps the lock, one reads. */
const CONNECTIONS = 2;
/** What was complete longer ago has fallen behind: the tables are read then. */
const FRESH_MS = 30_000;

/**
 * Opens it; null without ELASTICSEARCH_URL, when monitoring reads the tables.
 *
 * @param url of the database, as its owner
 */
export async function openIndex(
  config: Config,
  url: string,
  say: (sentence: string) => void,
): Promise<OpenIndex | null> {
  const { ELASTICSEARCH_URL: node, MONITORING_RETENTION_DAYS: retentionDays } = config;
  if (node === null) return null;
  const client = await connectElasticsearch({
    url: node,
    user: config.ELASTICSEARCH_USER,
    password: config.ELASTICSEARCH_PASSWORD,
    apiKey: config.ELASTICSEARCH_API_KEY,
  });
  const pool = new pg.Pool({ connectionString: url, application_name: 'tickwave index', max: CONNECTIONS });
  pool.on('error', () => {}); // The query that needs the connection says so.
  const clock = systemClock;
  const indexing = startIndexing({ pool, client, url: withoutPassword(node), clock, retentionDays, say });
  const complete = (): boolean => clock.now() - (indexing.status().completeAt ?? 0) < FRESH_MS;
  return {
    index: { client, retentionDays, complete },
    indexing,
    close: async () => {
      await client.close();
      await pool.end();
    },
  };
}

function withoutPassword(address: string): string {
  const url = new URL(address);
  url.password = '';
  return url.href;
}
